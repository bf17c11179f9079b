import type { BatchSource, RandomStream } from '@tintype/core-tensor';
import { gatherImages, type ImageDataset } from '@tintype/datasets';

/** Of ten digits only the ones: what a generator learns from them has collapsed as far as all digits go. */
export function onesOf(dataset: ImageDataset, batchSize: number, rng: RandomStream): BatchSource {
  const ones = [...dataset.labels!.keys()].filter((i) => dataset.labels![i] === 1);
  return {
    batch(step) {
      const order = rng.fork(step).permutation(ones.length).subarray(0, batchSize);
      const indices = Int32Array.from(order, (i) => ones[i]!);
      return { images: gatherImages(dataset, indices, dataset.height) };
    },
  };
}
