import { TintypeError, type tf } from '@tintype/backend';

export interface SampleBatchesOptions {
  /** Number of samples, at least 1. */
  readonly count: number;
  /** Index of the first sample: sample i is the same in any batch. @default 0 */
  readonly firstIndex?: number;
  /** Samples made at once, at least 1. @default 64 */
  readonly batchSize?: number;
}

/**
 * Samples `firstIndex … firstIndex + count − 1` in batches, images [b, h, w, c] as a rule; the consumer frees each. `generate` makes one
 * batch and must draw sample i from its index alone. Throws `E_CONFIG` for impossible numbers before the first batch.
 */
export async function* sampleBatches<Samples extends tf.Tensor = tf.Tensor4D>(
  { count, firstIndex = 0, batchSize = 64 }: SampleBatchesOptions,
  generate: (firstIndex: number, count: number) => Samples | Promise<Samples>,
): AsyncGenerator<Samples> {
  assertWhole(count, 1, 'count');
  assertWhole(firstIndex, 0, 'firstIndex');
  assertWhole(batchSize, 1, 'batchSize');
  for (let done = 0; done < count; done += batchSize) {
    yield await generate(firstIndex + done, Math.min(batchSize, count - done));
  }
}

function assertWhole(value: number, minimum: number, name: string): void {
  if (!Number.isSafeInteger(value) || value < minimum) {
    throw new TintypeError('E_CONFIG', {
      where: `sample.${name}`,
      what: 'the number is not possible',
      got: value,
      expected: `an integer of at least ${minimum}`,
    });
  }
}
