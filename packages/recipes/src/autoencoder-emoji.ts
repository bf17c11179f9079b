import { defaultAutoencoderConfig } from '@tintype/autoencoders';
import { createAutoencoderRecipe } from './autoencoder-recipe.ts';
import { emojiSource } from './image-source.ts';

/** Emoji in colour through convolutions and 64 numbers. */
export const autoencoderEmoji = createAutoencoderRecipe(emojiSource, {
  name: 'autoencoder-emoji',
  description: 'Convolutional autoencoder on emoji by three artists',
  config: {
    ...defaultAutoencoderConfig,
    imageSize: 32,
    channels: 3,
    architecture: 'conv',
    convChannels: [32, 64, 128],
    hiddenUnits: [256],
    latentDim: 64,
    learningRate: 1e-3,
  },
  steps: 2000,
  batchSize: 64,
  expectations: [],
});
