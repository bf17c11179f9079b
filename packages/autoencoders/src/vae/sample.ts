import { type RandomStream, type SampleBatchesOptions, sampleBatches, tf } from '@tintype/core-tensor';
import type { Vae } from './vae.ts';

export interface VaeSampleOptions extends SampleBatchesOptions {
  readonly rng: RandomStream;
}

/**
 * Mean images of codes drawn from the prior, in batches [b, h, w, c] in [-1, 1]; the consumer frees each.
 * The code of image i is row i of `rng`'s latents. Throws `E_CONFIG` for impossible numbers.
 */
export function sampleVae(model: Vae, { rng, ...options }: VaeSampleOptions): AsyncGenerator<tf.Tensor4D> {
  const latents = rng.fork('latents');
  return sampleBatches(options, (firstIndex, count) =>
    tf.tidy(() => {
      const z = latents.normalRows(firstIndex, count, [model.config.latentDim]);
      return model.decode(z as tf.Tensor2D);
    }),
  );
}
