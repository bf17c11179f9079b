import { TintypeError } from '../../errors/tintype-error.ts';
import type { tf } from '../../tf.ts';

interface Factors {
  a: tf.TensorInfo;
  b: tf.TensorInfo;
}

/**
 * tfjs lets both factors repeat at once, as in [2, 1, n, k] · [1, 3, k, m], and then computes half of the products
 * from the wrong matrices. Throws `E_SHAPE` unless at most one factor repeats.
 */
export function assertOneSidedBroadcast({ a, b }: Factors): void {
  const rank = Math.max(a.shape.length, b.shape.length);
  const batchOf = ({ shape }: tf.TensorInfo) => [
    ...new Array<number>(rank - shape.length).fill(1),
    ...shape.slice(0, -2),
  ];
  const [batchA, batchB] = [batchOf(a), batchOf(b)];
  const repeatsA = batchA.some((size, axis) => size < batchB[axis]!);
  const repeatsB = batchB.some((size, axis) => size < batchA[axis]!);
  if (repeatsA && repeatsB) {
    throw new TintypeError('E_SHAPE', {
      where: 'matMul',
      what: 'only one factor may repeat its matrices',
      got: `[${a.shape}] and [${b.shape}]`,
      remedy: 'Repeat one of them with tf.tile first',
    });
  }
}
