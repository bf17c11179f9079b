import { defaultVaeConfig } from '@tintype/autoencoders';
import { mnistSource } from './image-source.ts';
import { createVaeRecipe } from './vae-recipe.ts';

/** Digits from a two-layer VAE. */
export const vaeMnist = createVaeRecipe(mnistSource, {
  name: 'vae-mnist',
  description: 'Variational autoencoder on MNIST digits',
  config: { ...defaultVaeConfig, latentDim: 10, learningRate: 1e-3 },
  steps: 3500,
  batchSize: 128,
  expectations: [
    {
      id: '9.3',
      name: '−ELBO of binarised test digits, nats',
      metric: 'binarizedNegativeElbo',
      direction: '<=',
      threshold: 115,
      healthy: [104.47, 105.23, 104.22],
      broken: [205.6, 205.63, 204.92],
    },
    {
      id: '9.4',
      name: 'digits among the samples, of ten',
      metric: 'classesCovered',
      direction: '>=',
      threshold: 10,
      healthy: [10, 10, 10],
      broken: [1, 1, 1],
    },
    {
      id: '9.5',
      name: 'active latent units',
      metric: 'activeUnits',
      direction: '>=',
      threshold: 6,
      healthy: [10, 9, 10],
      broken: [0, 0, 3],
    },
  ],
});
