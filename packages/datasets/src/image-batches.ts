import { type Batch, type BatchSource, type RandomStream, tf } from '@tintype/core-tensor';
import { createBatchOrder } from './batch-order.ts';
import { assertBatchSize, assertStep } from './batch-size.ts';
import type { ImageDataset } from './dataset.ts';
import { assertImageDataset } from './image-dataset.ts';
import { resizeArea } from './resize-area.ts';

export interface ImageBatchOptions {
  /** 1 to the size of the dataset. */
  readonly batchSize: number;
  /** The order is a function of this stream's key and the epoch. */
  readonly rng: RandomStream;
  /** Side length to resize to by area averaging. @default the dataset's own size */
  readonly imageSize?: number;
}

/**
 * Batches `{ images: float32 [b, h, w, c] in [-1, 1], labels?: int32 [b] }`, each from its step alone.
 * Epochs follow each other without a gap: a batch may span two, so no image is left out (see `createBatchOrder`).
 * A batch request's size replaces the usual one, and the place in the data is then step × that size.
 * Throws `E_DATA` for an empty or contradictory dataset and for a batch of 0 or more than there are images.
 */
export function createImageBatches(dataset: ImageDataset, options: ImageBatchOptions): BatchSource {
  const where = `createImageBatches(${dataset.name})`;
  assertImageDataset(dataset, where);
  assertBatchSize(options.batchSize, dataset.size, where);
  const order = createBatchOrder(dataset.size, options.rng);

  return {
    batch(step, request): Batch {
      const batchSize = request?.batchSize ?? options.batchSize;
      assertStep(step, where);
      assertBatchSize(batchSize, dataset.size, where);
      const indices = order(step, batchSize);
      const images = gatherImages(dataset, indices, request?.imageSize ?? options.imageSize);
      if (!dataset.labels) return { images };
      const labels = Int32Array.from(indices, (index) => dataset.labels![index]!);
      return { images, labels: tf.tensor1d(labels, 'int32') };
    },
  };
}

/** The images at these indices, float32 [n, h, w, c] in [-1, 1], resized to a square where a size is given. */
export function gatherImages(
  dataset: ImageDataset,
  indices: ArrayLike<number>,
  imageSize?: number,
): tf.Tensor4D {
  const height = imageSize ?? dataset.height;
  const width = imageSize ?? dataset.width;
  const length = height * width * dataset.channels;
  const values = new Float32Array(indices.length * length);
  for (let i = 0; i < indices.length; i++) {
    writeImage(dataset, indices[i]!, height, width, values.subarray(i * length, (i + 1) * length));
  }
  return tf.tensor4d(values, [indices.length, height, width, dataset.channels]);
}

/** Image `index` as [height, width, channels] in [-1, 1] into `target`, resized where the size is another. */
export function writeImage(
  dataset: ImageDataset,
  index: number,
  height: number,
  width: number,
  target: Float32Array,
): void {
  const length = dataset.height * dataset.width * dataset.channels;
  const image = dataset.pixels.subarray(index * length, (index + 1) * length);
  if (height === dataset.height && width === dataset.width) target.set(image);
  else resizeArea({ ...dataset, values: image }, height, width, target);
  for (let i = 0; i < target.length; i++) target[i] = target[i]! / 127.5 - 1;
}
