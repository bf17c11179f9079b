import { expect, test } from 'vitest';
import { describeOnBackends } from '../../testing/describe-on-backends.ts';
import { expectAllClose } from '../../testing/expect-all-close.ts';
import { tf } from '../../tf.ts';

describeOnBackends('tile', () => {
  test('repeats every axis, and broadcastTo repeats axes of length one', async () => {
    const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    await expectAllClose(
      tf.tile(x, [2, 3]),
      [1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4, 1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4],
    );
    await expectAllClose(tf.tile(x, [1, 1]), [1, 2, 3, 4]);
    await expectAllClose(tf.broadcastTo(tf.tensor2d([1, 2], [2, 1]), [2, 3]), [1, 1, 1, 2, 2, 2]);
  });

  test('the gradient counts the repetitions, also at rank 5', async () => {
    const x = tf.ones([2, 1, 3, 1, 2]);
    const dx = tf.grad((input) => tf.tile(input, [2, 3, 1, 2, 1]))(x);
    expect(dx.shape).toEqual(x.shape);
    await expectAllClose(dx, new Float32Array(12).fill(12));
  });
});
