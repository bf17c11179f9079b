import { defaultVaeConfig } from '@tintype/autoencoders';
import { emojiSource } from './image-source.ts';
import { createVaeRecipe } from './vae-recipe.ts';

/** Emoji in colour from a convolutional VAE; a pixel is a Gaussian, since colours are no probabilities. */
export const vaeEmoji = createVaeRecipe(emojiSource, {
  name: 'vae-emoji',
  description: 'Convolutional variational autoencoder on emoji by three artists',
  config: {
    ...defaultVaeConfig,
    imageSize: 32,
    channels: 3,
    architecture: 'conv',
    convChannels: [16, 32],
    hiddenUnits: [],
    latentDim: 64,
    likelihood: 'gaussian',
    sigma: 0.1,
    learningRate: 2e-3,
  },
  steps: 2400,
  batchSize: 64,
  expectations: [
    {
      id: '9.5',
      name: 'active latent units',
      metric: 'activeUnits',
      direction: '>=',
      threshold: 6,
    },
  ],
});
