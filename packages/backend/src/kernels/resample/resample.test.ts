import { expect, test } from 'vitest';
import { fillNormals } from '../../random/fill.ts';
import { describeOnThreads } from '../../testing/describe-on-threads.ts';
import { expectAllClose } from '../../testing/expect-all-close.ts';
import { expectGradients } from '../../testing/expect-gradients.ts';
import { poisonMemory } from '../../testing/poison-memory.ts';
import { tf } from '../../tf.ts';

type Shape = [number, number, number, number];

function numbers(shape: Shape, key = 1): Float32Array {
  const values = new Float32Array(shape.reduce((size, length) => size * length, 1));
  fillNormals(values, { keys: Uint32Array.of(key, 8), counter: 0, count: values.length });
  return values;
}

/** Coarse shapes and the block of each of their pixels. */
const cases: [Shape, number, number][] = [
  [[0, 2, 2, 4], 2, 2],
  [[1, 1, 1, 1], 2, 2],
  [[2, 3, 5, 7], 2, 2],
  [[3, 7, 7, 64], 2, 2],
  [[2, 4, 3, 6], 3, 1],
  [[1, 2, 2, 5], 4, 3],
];

/** Which coarse value the block of a fine value belongs to. */
function coarseIndex(i: number, [, , columns, channels]: Shape, height: number, width: number): number {
  const pixel = Math.floor(i / channels);
  const column = Math.floor((pixel % (columns * width)) / width);
  const row = Math.floor(pixel / (columns * width) / height);
  return (row * columns + column) * channels + (i % channels);
}

/** Σ over each block of fine values, from the definition, in float64. */
function blockSums(fine: Float32Array, coarse: Shape, height: number, width: number): Float64Array {
  const sums = new Float64Array(coarse.reduce((size, length) => size * length, 1));
  fine.forEach((value, i) => {
    const at = coarseIndex(i, coarse, height, width);
    sums[at] = sums[at]! + value;
  });
  return sums;
}

describeOnThreads('pooling and enlarging by whole factors', () => {
  test.each(cases)(
    'of %j by %i × %i are sums and repeats of blocks, and each other’s gradients',
    async (coarse, height, width) => {
      const [batch, rows, columns, channels] = coarse;
      const fine: Shape = [batch, rows * height, columns * width, channels];
      const values = numbers(fine);
      const sums = blockSums(values, coarse, height, width);
      const x = tf.tensor4d(values, fine);
      const pool = (input: tf.Tensor) =>
        tf.avgPool(input as tf.Tensor4D, [height, width], [height, width], 'valid');
      const enlarge = (input: tf.Tensor) =>
        tf.image.resizeNearestNeighbor(input as tf.Tensor4D, [fine[1], fine[2]]);
      poisonMemory(sums.length);
      await expectAllClose(
        pool(x),
        sums.map((sum) => sum / (height * width)),
      );
      const small = tf.tensor4d(numbers(coarse, 2), coarse);
      await expectAllClose(tf.grad(enlarge)(small, x), sums);

      poisonMemory(values.length);
      const enlarged = await enlarge(small).data();
      const smallValues = await small.data();
      const expected = Array.from(values, (_, i) => smallValues[coarseIndex(i, coarse, height, width)]!);
      expect([...enlarged]).toEqual(expected);
      const dx = await tf.grad(pool)(x, small).data();
      await expectAllClose(
        dx,
        enlarged.map((value) => value / (height * width)),
        { atol: 1e-7 },
      );
    },
  );

  test('both differentiate twice', async () => {
    const x = tf.tensor4d(numbers([1, 2, 2, 3]), [1, 2, 2, 3]);
    const f = (input: tf.Tensor) => {
      const large = tf.image.resizeNearestNeighbor(input as tf.Tensor4D, [4, 4]).square() as tf.Tensor4D;
      return tf.avgPool(large, 2, 2, 'valid').square().sum() as tf.Scalar;
    };
    await expectGradients(f, [x]);
    await expectGradients((input) => tf.grad(f)(input).square().sum(), [x]);
  });

  test('windows that overlap, reach over the edge or do not fit are left to tfjs', async () => {
    const x = tf.tensor4d(numbers([1, 5, 5, 2]), [1, 5, 5, 2]);
    expect(tf.avgPool(x, 2, 2, 'valid').shape).toEqual([1, 2, 2, 2]);
    expect(tf.avgPool(x, 3, 2, 'same').shape).toEqual([1, 3, 3, 2]);
    expect(tf.image.resizeNearestNeighbor(x, [7, 3]).shape).toEqual([1, 7, 3, 2]);
  });
});
