import type { tf } from '@tintype/core-tensor';
import { computeStatistics, frechetDistance } from '@tintype/metrics';
import type { DigitReference } from './digit-reference.ts';

/** Fréchet distance of images to the real ones of a reference; frees each batch. */
export async function fidTo(
  { read, real }: DigitReference,
  batches: AsyncIterable<tf.Tensor4D>,
): Promise<number> {
  const { features } = await read(batches);
  return frechetDistance(computeStatistics(real.features), computeStatistics(features));
}
