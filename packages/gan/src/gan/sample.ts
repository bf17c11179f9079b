import { type RandomStream, TintypeError, tf } from '@tintype/core-tensor';
import type { Gan } from './gan.ts';

export interface GanSampleOptions {
  /** Number of images, at least 1. */
  readonly count: number;
  /** Index of the first image: sample i is the same image in any batch. @default 0 */
  readonly firstIndex?: number;
  readonly rng: RandomStream;
  /** Images generated at once, at least 1. @default 64 */
  readonly batchSize?: number;
}

/**
 * Images of latents drawn from N(0, I), in batches [b, h, w, c] in [-1, 1]; the consumer frees each. Batch
 * normalisation uses its running statistics, so that an image depends on its own latents alone, which are row i of
 * `rng`'s. Throws `E_CONFIG` for impossible numbers.
 */
export async function* sampleGan(model: Gan, options: GanSampleOptions): AsyncGenerator<tf.Tensor4D> {
  const { count, firstIndex = 0, rng, batchSize = 64 } = options;
  assertWhole(count, 1, 'count');
  assertWhole(firstIndex, 0, 'firstIndex');
  assertWhole(batchSize, 1, 'batchSize');
  const latents = rng.fork('latents');
  for (let done = 0; done < count; done += batchSize) {
    const size = Math.min(batchSize, count - done);
    yield tf.tidy(() => {
      const z = latents.normalRows(firstIndex + done, size, [model.config.latentDim]);
      return model.generate(z as tf.Tensor2D);
    });
  }
}

function assertWhole(value: number, minimum: number, name: string): void {
  if (!Number.isSafeInteger(value) || value < minimum) {
    throw new TintypeError('E_CONFIG', {
      where: `sampleGan.${name}`,
      what: 'the number is not possible',
      got: value,
      expected: `an integer of at least ${minimum}`,
    });
  }
}
