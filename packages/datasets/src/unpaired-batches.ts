import type { BatchSource } from '@tintype/core-tensor';
import { createBatchOrder } from './batch-order.ts';
import { assertBatchSize, assertStep } from './batch-size.ts';
import type { ImageDataset } from './dataset.ts';
import { gatherImages, type ImageBatchOptions } from './image-batches.ts';
import { assertImageDataset } from './image-dataset.ts';

/** Two sets of pictures that nothing ties together. */
export interface UnpairedImages {
  readonly a: ImageDataset;
  readonly b: ImageDataset;
}

/**
 * Batches `{ a, b }`, both float32 [b, h, w, c] in [-1, 1], each from its step alone. Each side has epochs and an
 * order of its own, by `rng.fork('a')` and `rng.fork('b')`: which images meet is chance, and lengths may differ.
 * Throws `E_DATA` for a batch of more than the shorter side and for what `createImageBatches` refuses.
 */
export function createUnpairedBatches({ a, b }: UnpairedImages, options: ImageBatchOptions): BatchSource {
  const where = `createUnpairedBatches(${a.name}, ${b.name})`;
  assertImageDataset(a, `${where}.a`);
  assertImageDataset(b, `${where}.b`);
  const shorter = Math.min(a.size, b.size);
  assertBatchSize(options.batchSize, shorter, where);
  const orderOfA = createBatchOrder(a.size, options.rng.fork('a'));
  const orderOfB = createBatchOrder(b.size, options.rng.fork('b'));

  return {
    batch(step, request) {
      const batchSize = request?.batchSize ?? options.batchSize;
      const imageSize = request?.imageSize ?? options.imageSize;
      assertStep(step, where);
      assertBatchSize(batchSize, shorter, where);
      return {
        a: gatherImages(a, orderOfA(step, batchSize), imageSize),
        b: gatherImages(b, orderOfB(step, batchSize), imageSize),
      };
    },
  };
}
