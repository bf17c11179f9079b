import { emojiSource } from './image-source.ts';
import { vqVaeMnist } from './vq-vae-mnist.ts';
import { createVqVaeRecipe } from './vq-vae-recipe.ts';

/** Emoji in colour as 8×8 codes of 256, and a prior that draws such grids. */
export const vqVaeEmoji = createVqVaeRecipe(emojiSource, {
  name: 'vq-vae-emoji',
  description: 'VQ-VAE on emoji by three artists, then a prior of its codes',
  config: { ...vqVaeMnist.config, imageSize: 32, channels: 3, codebookSize: 256, embeddingDim: 32 },
  steps: 2500,
  batchSize: 64,
  expectations: [
    {
      id: '10.3',
      name: 'share of the codes in use on emoji that were held out',
      metric: 'codeUsage',
      direction: '>=',
      threshold: 0.8,
    },
  ],
});
