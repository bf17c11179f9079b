import { expect, test } from 'vitest';
import { describeOnBackends } from '../../testing/describe-on-backends.ts';
import { expectAllClose } from '../../testing/expect-all-close.ts';
import { tf } from '../../tf.ts';

describeOnBackends('matMul', () => {
  const a = [1, 2, 3, 4, 5, 6]; // [2, 3]
  const b = [1, -1, 2, 0.5, 3, -2]; // [3, 2]
  const product = [1 + 4 + 9, -1 + 1 - 6, 4 + 10 + 18, -4 + 2.5 - 12];

  test.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])('with transposed operands (%s, %s) equals the product by hand', async (transposeA, transposeB) => {
    const left = transposeA ? tf.tensor2d(a, [2, 3]).transpose() : tf.tensor2d(a, [2, 3]);
    const right = transposeB ? tf.tensor2d(b, [3, 2]).transpose() : tf.tensor2d(b, [3, 2]);
    await expectAllClose(tf.matMul(left, right, transposeA, transposeB), product);
    await expectAllClose(
      tf.fused.matMul({ a: left, b: right, transposeA, transposeB }) as tf.Tensor,
      product,
    );
  });

  test('the gradient of a broadcast operand is summed over the batch', async () => {
    const many = tf.ones([4, 5, 2, 3]);
    const one = tf.ones([1, 5, 3, 2]);
    const [dMany, dOne] = tf.grads((x, y) => tf.matMul(x, y))([many, one]);
    expect([dMany!.shape, dOne!.shape]).toEqual([many.shape, one.shape]);
    await expectAllClose(dOne!, new Float32Array(one.size).fill(4 * 2));
    const [, dPlain] = tf.grads((x, y) => tf.matMul(x, y))([tf.ones([4, 2, 3]), tf.ones([3, 2])]);
    expect(dPlain!.shape).toEqual([3, 2]);
    await expectAllClose(dPlain!, new Float32Array(6).fill(8));
  });
});
