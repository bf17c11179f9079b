import { defaultVqVaeConfig } from '@tintype/autoencoders';
import { mnistSource } from './image-source.ts';
import { createVqVaeRecipe } from './vq-vae-recipe.ts';

/** Digits as 7×7 codes of 128, and a prior that draws such grids. */
export const vqVaeMnist = createVqVaeRecipe(mnistSource, {
  name: 'vq-vae-mnist',
  description: 'VQ-VAE on MNIST digits, then a prior of its codes',
  config: {
    ...defaultVqVaeConfig,
    embeddingDim: 16,
    learningRate: 1e-3,
    vqVaeSteps: 1200,
    priorArchitecture: 'pixel-cnn',
    priorChannels: 32,
    priorLayers: 4,
    priorHeads: 4,
    priorLearningRate: 3e-3,
  },
  steps: 3500,
  batchSize: 128,
  expectations: [
    {
      id: '10.3',
      name: 'share of the codes in use on test digits',
      metric: 'codeUsage',
      direction: '>=',
      threshold: 0.8,
      healthy: [1, 1, 1],
      broken: [0.015625, 0.015625, 0.015625],
    },
    {
      id: '10.5',
      name: 'digits among the samples of the prior, of ten',
      metric: 'classesCovered',
      direction: '>=',
      threshold: 10,
      healthy: [10, 10, 10],
      broken: [1, 1, 1],
    },
  ],
});
