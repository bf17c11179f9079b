import { type RandomStream, type SampleBatchesOptions, sampleBatches, tf } from '@tintype/core-tensor';
import type { LatentDistribution } from '../latent-distribution/latent-distribution.ts';
import { sampleLatents } from '../latent-distribution/sample-latents.ts';
import type { Autoencoder } from './autoencoder.ts';

export interface AutoencoderSampleOptions extends SampleBatchesOptions {
  readonly rng: RandomStream;
}

/**
 * Images of codes drawn from a distribution that was fitted to the codes of real images after training; in batches
 * [b, h, w, c] clipped to [-1, 1], the consumer frees each. Code i depends on `rng` and i alone. Throws `E_CONFIG` for
 * impossible numbers, `E_SHAPE` where the distribution is one of other codes.
 */
export function sampleAutoencoder(
  model: Autoencoder,
  distribution: LatentDistribution,
  { rng, ...options }: AutoencoderSampleOptions,
): AsyncGenerator<tf.Tensor4D> {
  const latents = rng.fork('latents');
  return sampleBatches(options, (firstIndex, count) =>
    tf.tidy(() => {
      const codes = sampleLatents(distribution, { firstIndex, count, rng: latents });
      return tf.clipByValue(model.decode(codes), -1, 1);
    }),
  );
}
