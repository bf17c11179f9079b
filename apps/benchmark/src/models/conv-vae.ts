import { createVae, defaultVaeConfig, type Vae } from '@tintype/autoencoders';
import type { RandomStream } from '@tintype/core-tensor';

/** The convolutional VAE for 28×28 digits: two halvings, 256 hidden units, and the mirror image. */
export function createConvVae(rng: RandomStream): Vae {
  return createVae(
    {
      ...defaultVaeConfig,
      architecture: 'conv',
      convChannels: [32, 64],
      hiddenUnits: [256],
      latentDim: 16,
    },
    rng,
  );
}
