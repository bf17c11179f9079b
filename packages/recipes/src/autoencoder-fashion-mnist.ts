import { autoencoderMnist } from './autoencoder-mnist.ts';
import { createAutoencoderRecipe } from './autoencoder-recipe.ts';
import { fashionMnistSource } from './image-source.ts';

/** Garments in 32 numbers; convolutions, since perceptrons of the digits' widths hardly beat principal components. */
export const autoencoderFashionMnist = createAutoencoderRecipe(fashionMnistSource, {
  name: 'autoencoder-fashion-mnist',
  description: 'Autoencoder on Fashion-MNIST garments',
  config: { ...autoencoderMnist.config, architecture: 'conv', convChannels: [16, 32], hiddenUnits: [] },
  steps: 2000,
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
