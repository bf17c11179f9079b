import { expect, test } from 'vitest';
import { describeOnBackends } from '../../testing/describe-on-backends.ts';
import { expectAllClose } from '../../testing/expect-all-close.ts';
import { tf } from '../../tf.ts';

describeOnBackends(
  'matMul over batches',
  () => {
    const left = (batch: number[]) => tf.range(0, 8).reshape([...batch, 2, 2]);
    const right = (batch: number[]) => tf.range(0, 12).reshape([...batch, 2, 2]);

    test('both factors repeating is refused, fused or not', () => {
      const [a, b] = [left([2, 1]), right([1, 3])];
      expect(() => tf.matMul(a, b)).toThrow('matMul: only one factor may repeat');
      expect(() => tf.matMul(left([2, 1]), right([3]))).toThrow('tf.tile');
      expect(() => tf.fused.matMul({ a, b, activation: 'relu' })).toThrow('could not be broadcast');
    });

    test('what the error advises is right', async () => {
      const product = tf.matMul(tf.tile(left([2, 1]), [1, 3, 1, 1]), right([1, 3]));
      expect(product.shape).toEqual([2, 3, 2, 2]);
      await expectAllClose(
        product,
        [2, 3, 6, 11, 6, 7, 26, 31, 10, 11, 46, 51, 10, 19, 14, 27, 46, 55, 66, 79, 82, 91, 118, 131],
      );
    });
  },
  { backends: ['cpu', 'wasm', 'webgpu'] },
);
