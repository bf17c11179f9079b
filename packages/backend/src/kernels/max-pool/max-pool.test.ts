import { expect, test } from 'vitest';
import { describeOnBackends } from '../../testing/describe-on-backends.ts';
import { tf } from '../../tf.ts';

const gradient = (values: number[]): Promise<ArrayLike<number>> =>
  tf
    .grad((x) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'same'))(tf.tensor4d(values, [1, 2, 2, 1]))
    .data();

describeOnBackends(
  'maxPool',
  () => {
    test('windows of negative values send their gradient to the largest', async () => {
      expect(Array.from(await gradient([-4, -3, -1, -2]))).toEqual([0, 0, 1, 0]);
    });

    test('overlapping windows add up where they agree', async () => {
      const x = tf.tensor4d([-1, -2, -3, -4, 5, -6, -7, -8, -9], [1, 3, 3, 1]);
      const dx = tf.grad((input) => tf.maxPool(input as tf.Tensor4D, 2, 1, 'valid'))(x);
      expect(Array.from(await dx.data())).toEqual([0, 0, 0, 0, 4, 0, 0, 0, 0]);
    });
  },
  { backends: ['cpu', 'wasm', 'webgpu'] },
);

describeOnBackends('maxPool with ties', () => {
  test('the first of equal values takes the whole gradient, in the second order too', async () => {
    expect(Array.from(await gradient([2, 2, 2, 2]))).toEqual([1, 0, 0, 0]);
    const x = tf.tensor4d([2, 2, 2, 2], [1, 2, 2, 1]);
    const pool = (input: tf.Tensor) => tf.maxPool(input as tf.Tensor4D, 2, 2, 'same');
    const second = tf.grad((input) => tf.sum(tf.grad((z) => tf.sum(tf.square(pool(z))))(input)))(x);
    expect(Array.from(await second.data())).toEqual([2, 0, 0, 0]);
  });
});
