import { type BatchSource, TintypeError, tf } from '@tintype/core-tensor';
import { attributeColumns } from './attributes.ts';
import { createBatchOrder } from './batch-order.ts';
import { assertBatchSize, assertStep } from './batch-size.ts';
import type { ImageDataset } from './dataset.ts';
import { gatherImages, type ImageBatchOptions } from './image-batches.ts';
import { assertImageDataset } from './image-dataset.ts';

export interface AttributeBatchOptions extends ImageBatchOptions {
  /** Which attributes, in the order of their columns. @default all that the dataset has */
  readonly attributes?: readonly string[];
}

/**
 * Batches `{ images: float32 [b, h, w, c] in [-1, 1], attributes: float32 [b, k] of 0 and 1 }`, each from its step
 * alone, in the order of `createImageBatches`. Throws `E_DATA` for a dataset without attributes, for one that it
 * lacks (naming those it has) and for what `createImageBatches` refuses.
 */
export function createAttributeBatches(dataset: ImageDataset, options: AttributeBatchOptions): BatchSource {
  const where = `createAttributeBatches(${dataset.name})`;
  assertImageDataset(dataset, where);
  const { attributes, attributeNames } = dataset;
  if (!attributes || !attributeNames) {
    throw new TintypeError('E_DATA', { where, what: 'the dataset has no attributes' });
  }
  const columns = attributeColumns(attributeNames, options.attributes, where);
  assertBatchSize(options.batchSize, dataset.size, where);
  const order = createBatchOrder(dataset.size, options.rng);

  return {
    batch(step, request) {
      const batchSize = request?.batchSize ?? options.batchSize;
      assertStep(step, where);
      assertBatchSize(batchSize, dataset.size, where);
      const indices = order(step, batchSize);
      const values = Float32Array.from({ length: batchSize * columns.length }, (_, place) => {
        const row = indices[Math.floor(place / columns.length)]!;
        return attributes[row * attributeNames.length + columns[place % columns.length]!]!;
      });
      return {
        images: gatherImages(dataset, indices, request?.imageSize ?? options.imageSize),
        attributes: tf.tensor2d(values, [batchSize, columns.length]),
      };
    },
  };
}
