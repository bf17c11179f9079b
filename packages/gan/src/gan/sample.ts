import { type RandomStream, type SampleBatchesOptions, sampleBatches, tf } from '@tintype/core-tensor';
import type { Gan } from './gan.ts';

export interface GanSampleOptions extends SampleBatchesOptions {
  readonly rng: RandomStream;
}

/**
 * Images of latents drawn from N(0, I), in batches [b, h, w, c] in [-1, 1]; the consumer frees each. Batch
 * normalisation uses its running statistics, so that an image depends on its own latents alone, which are row i of
 * `rng`'s. Throws `E_CONFIG` for impossible numbers.
 */
export function sampleGan(model: Gan, { rng, ...options }: GanSampleOptions): AsyncGenerator<tf.Tensor4D> {
  const latents = rng.fork('latents');
  return sampleBatches(options, (firstIndex, count) =>
    tf.tidy(() => {
      const z = latents.normalRows(firstIndex, count, [model.config.latentDim]);
      return model.generate(z as tf.Tensor2D);
    }),
  );
}
