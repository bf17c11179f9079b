import type { tf } from '@tintype/core-tensor';
import { gatherImages, type ImageDataset } from '@tintype/datasets';

export interface DigitBatchOptions {
  /** Side length to resize to. @default the dataset's own */
  readonly imageSize?: number;
  /** Images in all. @default the whole dataset */
  readonly count?: number;
  /** Index of the first. @default 0 */
  readonly firstIndex?: number;
  /** @default 250 */
  readonly batchSize?: number;
}

/** A dataset's images in their own order, in batches [b, s, s, c] in [-1, 1]; the consumer frees each. */
export async function* digitBatches(
  dataset: ImageDataset,
  { imageSize, firstIndex = 0, count = dataset.size - firstIndex, batchSize = 250 }: DigitBatchOptions = {},
): AsyncGenerator<tf.Tensor4D> {
  const end = Math.min(dataset.size, firstIndex + count);
  for (let first = firstIndex; first < end; first += batchSize) {
    const size = Math.min(batchSize, end - first);
    const indices = Int32Array.from({ length: size }, (_, i) => first + i);
    yield gatherImages(dataset, indices, imageSize);
  }
}
