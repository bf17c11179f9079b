import { fashionMnistSource } from './image-source.ts';
import { vaeMnist } from './vae-mnist.ts';
import { createVaeRecipe } from './vae-recipe.ts';

/** Garments from the VAE of the digits. */
export const vaeFashionMnist = createVaeRecipe(fashionMnistSource, {
  name: 'vae-fashion-mnist',
  description: 'Variational autoencoder on Fashion-MNIST garments',
  config: { ...vaeMnist.config, latentDim: 16 },
  steps: 3500,
  batchSize: 128,
  expectations: [
    {
      id: '9.4',
      name: 'kinds of garment among the samples, of ten',
      metric: 'classesCovered',
      direction: '>=',
      threshold: 9,
    },
    {
      id: '9.5',
      name: 'active latent units',
      metric: 'activeUnits',
      direction: '>=',
      threshold: 6,
    },
  ],
});
