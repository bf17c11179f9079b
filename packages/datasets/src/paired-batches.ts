import type { BatchSource } from '@tintype/core-tensor';
import { assertPairs, type ImagePairs } from './assert-pairs.ts';
import { createBatchOrder } from './batch-order.ts';
import { assertBatchSize, assertStep } from './batch-size.ts';
import { gatherImages, type ImageBatchOptions } from './image-batches.ts';
import { assertImageDataset } from './image-dataset.ts';

/**
 * Batches `{ source, target }`, both float32 [b, h, w, c] in [-1, 1], image i of one belonging to image i of the
 * other; each from its step alone, in the order of `createImageBatches`. The two may differ in size and channels.
 * Throws `E_DATA` where the sides are of unequal length or their names do not agree (see `assertPairs`) and for what
 * `createImageBatches` refuses.
 */
export function createPairedBatches(pairs: ImagePairs, options: ImageBatchOptions): BatchSource {
  const { source, target } = pairs;
  const where = `createPairedBatches(${source.name}, ${target.name})`;
  assertImageDataset(source, `${where}.source`);
  assertImageDataset(target, `${where}.target`);
  assertPairs(pairs, where);
  assertBatchSize(options.batchSize, source.size, where);
  const order = createBatchOrder(source.size, options.rng);

  return {
    batch(step, request) {
      const batchSize = request?.batchSize ?? options.batchSize;
      const imageSize = request?.imageSize ?? options.imageSize;
      assertStep(step, where);
      assertBatchSize(batchSize, source.size, where);
      const indices = order(step, batchSize);
      return {
        source: gatherImages(source, indices, imageSize),
        target: gatherImages(target, indices, imageSize),
      };
    },
  };
}
