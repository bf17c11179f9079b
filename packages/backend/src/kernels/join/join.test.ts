import { expect, test } from 'vitest';
import { describeOnBackends } from '../../testing/describe-on-backends.ts';
import { expectAllClose } from '../../testing/expect-all-close.ts';
import { tf } from '../../tf.ts';

const shape = [3, 4, 40];
const x = Float32Array.from({ length: 480 }, (_, i) => i);
const at = (i: number, j: number, k: number): number => (i * 4 + j) * 40 + k;

describeOnBackends('concat, split and slice', () => {
  test.each([0, 1, 2])('splitting and joining axis %i gives the tensor back', async (axis) => {
    const tensor = tf.tensor(x, shape);
    const size = shape[axis]!;
    const parts = tf.split(tensor, [1, size - 1], axis);
    expect(parts.map((part) => part.shape[axis])).toEqual([1, size - 1]);
    await expectAllClose(tf.concat(parts, axis), x);
  });

  test('a slice of every axis holds the values that its indices say', async () => {
    const part = tf.slice(tf.tensor(x, shape), [1, 2, 5], [2, 1, 30]);
    const expected = [1, 2].flatMap((i) => Array.from({ length: 30 }, (_, k) => at(i, 2, k + 5)));
    await expectAllClose(part, expected);
  });

  test('a slice of everything is independent of the original', async () => {
    const tensor = tf.tensor(x, shape);
    const whole = tf.slice(tensor, [0, 0, 0], [3, 4, 40]);
    tensor.dispose();
    await expectAllClose(whole, x);
  });

  test('whole numbers and empty parts pass through', async () => {
    const ints = tf.tensor2d([1, 2, 3, 4], [2, 2], 'int32');
    expect([...(await tf.concat([ints, tf.zeros([2, 0], 'int32') as tf.Tensor2D], 1).data())]).toEqual([
      1, 2, 3, 4,
    ]);
    expect([...(await tf.slice(ints, [0, 1], [2, 1]).data())]).toEqual([2, 4]);
  });
});
