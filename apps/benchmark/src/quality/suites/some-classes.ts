import type { BatchSource, RandomStream } from '@tintype/core-tensor';
import { gatherImages, type ImageDataset } from '@tintype/datasets';

/** Batches of the images of some classes alone: a generator that is taught nothing but ones, an autoencoder without zeros. */
export function batchesOf(
  dataset: ImageDataset,
  isKept: (label: number) => boolean,
  batchSize: number,
  rng: RandomStream,
): BatchSource {
  const kept = [...dataset.labels!.keys()].filter((i) => isKept(dataset.labels![i]!));
  return {
    batch(step) {
      const order = rng.fork(step).permutation(kept.length).subarray(0, batchSize);
      const indices = Int32Array.from(order, (i) => kept[i]!);
      return { images: gatherImages(dataset, indices, dataset.height) };
    },
  };
}

/** Batches of the first images alone, again and again: what a network can learn by heart. */
export function batchesOfFirst(
  dataset: ImageDataset,
  count: number,
  batchSize: number,
  rng: RandomStream,
): BatchSource {
  return {
    batch(step) {
      const indices = Int32Array.from(rng.fork(step).permutation(count).subarray(0, batchSize));
      return { images: gatherImages(dataset, indices, dataset.height) };
    },
  };
}
