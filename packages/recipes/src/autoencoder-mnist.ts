import { defaultAutoencoderConfig } from '@tintype/autoencoders';
import { createAutoencoderRecipe } from './autoencoder-recipe.ts';
import { mnistSource } from './image-source.ts';

/** Digits in 32 numbers. */
export const autoencoderMnist = createAutoencoderRecipe(mnistSource, {
  name: 'autoencoder-mnist',
  description: 'Autoencoder on MNIST digits',
  config: { ...defaultAutoencoderConfig, latentDim: 32, learningRate: 1e-3 },
  steps: 3000,
  batchSize: 128,
  expectations: [
    {
      id: '8.2',
      name: 'held-out error ÷ that of as many principal components',
      metric: 'mseOverPca',
      direction: '<=',
      threshold: 0.6,
      healthy: [0.45406, 0.44926, 0.46978],
      broken: [1.4211, 1.3832, 1.4188],
    },
    {
      id: '8.4',
      name: 'digits among the samples, of ten',
      metric: 'classesCovered',
      direction: '>=',
      threshold: 10,
      healthy: [10, 10, 10],
      broken: [1, 1, 1],
    },
  ],
});
