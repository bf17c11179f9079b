import { defaultAutoencoderConfig } from '@tintype/autoencoders';
import { createAutoencoderRecipe } from './autoencoder-recipe.ts';
import { emojiSource } from './image-source.ts';

/**
 * Emoji in colour through convolutions and 64 numbers: two halvings straight into the code, for three and a dense layer of 256
 * left more error on pictures that were held out than principal components do.
 */
export const autoencoderEmoji = createAutoencoderRecipe(emojiSource, {
  name: 'autoencoder-emoji',
  description: 'Convolutional autoencoder on emoji by three artists',
  config: {
    ...defaultAutoencoderConfig,
    imageSize: 32,
    channels: 3,
    architecture: 'conv',
    convChannels: [16, 32],
    hiddenUnits: [],
    latentDim: 64,
    learningRate: 2e-3,
  },
  steps: 2400,
  batchSize: 64,
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
