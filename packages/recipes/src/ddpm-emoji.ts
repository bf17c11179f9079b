import { ddpmFashionMnist } from './ddpm-fashion-mnist.ts';
import { createDdpmRecipe } from './ddpm-recipe.ts';
import { emojiSource } from './image-source.ts';

const steps = 8000;

/** Emoji in colour from denoising diffusion, 32×32 pixels behind a stem that folds 2×2 of them, twice the channels. */
export const ddpmEmoji = createDdpmRecipe(emojiSource, {
  name: 'ddpm-emoji',
  description: 'Denoising diffusion on emoji by three artists',
  config: { ...ddpmFashionMnist.config, imageSize: 32, blockOutChannels: [64, 128], decaySteps: steps },
  steps,
  batchSize: 32,
  expectations: [],
});
