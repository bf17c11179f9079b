import { fashionMnistSource } from './image-source.ts';
import { vqVaeMnist } from './vq-vae-mnist.ts';
import { createVqVaeRecipe } from './vq-vae-recipe.ts';

/** Garments as 7×7 codes of 128, and a prior that draws such grids. */
export const vqVaeFashionMnist = createVqVaeRecipe(fashionMnistSource, {
  name: 'vq-vae-fashion-mnist',
  description: 'VQ-VAE on Fashion-MNIST garments, then a prior of its codes',
  config: vqVaeMnist.config,
  steps: vqVaeMnist.steps,
  batchSize: 128,
  expectations: [
    {
      id: '10.3',
      name: 'share of the codes in use on test garments',
      metric: 'codeUsage',
      direction: '>=',
      threshold: 0.8,
    },
    {
      id: '10.5',
      name: 'kinds of garment among the samples of the prior, of ten',
      metric: 'classesCovered',
      direction: '>=',
      threshold: 10,
    },
  ],
});
