import { type BatchSource, type RandomStream, TintypeError, tf } from '@tintype/core-tensor';
import { createBatchOrder } from './batch-order.ts';
import { assertBatchSize, assertStep } from './batch-size.ts';
import type { PointDataset } from './dataset.ts';

export interface PointBatchOptions {
  /** 1 to the size of the dataset. */
  readonly batchSize: number;
  /** The order is a function of this stream's key and the epoch. */
  readonly rng: RandomStream;
}

/**
 * Batches `{ points: float32 [b, 2], labels: int32 [b] }`, each from its step alone, in the order of
 * `createBatchOrder`. Throws `E_DATA` for an empty dataset, a point that is not finite, or an impossible batch.
 */
export function createPointBatches(dataset: PointDataset, options: PointBatchOptions): BatchSource {
  const where = `createPointBatches(${dataset.name})`;
  assertPointDataset(dataset, where);
  assertBatchSize(options.batchSize, dataset.size, where);
  const order = createBatchOrder(dataset.size, options.rng);

  return {
    batch(step, request) {
      const batchSize = request?.batchSize ?? options.batchSize;
      assertStep(step, where);
      assertBatchSize(batchSize, dataset.size, where);
      const indices = order(step, batchSize);
      const points = new Float32Array(2 * batchSize);
      const labels = new Int32Array(batchSize);
      indices.forEach((index, i) => {
        points[2 * i] = dataset.points[2 * index]!;
        points[2 * i + 1] = dataset.points[2 * index + 1]!;
        labels[i] = dataset.labels[index]!;
      });
      return { points: tf.tensor2d(points, [batchSize, 2]), labels: tf.tensor1d(labels, 'int32') };
    },
  };
}

function assertPointDataset({ size, points, labels }: PointDataset, where: string): void {
  if (size < 1) {
    throw new TintypeError('E_DATA', {
      where,
      what: 'the dataset is empty',
      got: size,
      expected: 'at least 1 point',
    });
  }
  if (points.length !== 2 * size || labels.length !== size) {
    throw new TintypeError('E_DATA', {
      where,
      what: `${size} points need two coordinates and one label each`,
      got: `${points.length} coordinates, ${labels.length} labels`,
      expected: `${2 * size} and ${size}`,
    });
  }
  const index = points.findIndex((value) => !Number.isFinite(value));
  if (index !== -1) {
    throw new TintypeError('E_DATA', {
      where: `${where}.points[${Math.floor(index / 2)}]`,
      what: 'a point is not finite',
      got: points[index],
    });
  }
}
