import { autoencoderMnist } from './autoencoder-mnist.ts';
import { createAutoencoderRecipe } from './autoencoder-recipe.ts';
import { fashionMnistSource } from './image-source.ts';

/** Garments from the autoencoder of the digits. */
export const autoencoderFashionMnist = createAutoencoderRecipe(fashionMnistSource, {
  name: 'autoencoder-fashion-mnist',
  description: 'Autoencoder on Fashion-MNIST garments',
  config: autoencoderMnist.config,
  steps: autoencoderMnist.steps,
  batchSize: 128,
  expectations: [
    {
      id: '8.2',
      name: 'held-out error ÷ that of as many principal components',
      metric: 'mseOverPca',
      direction: '<=',
      threshold: 1,
    },
  ],
});
