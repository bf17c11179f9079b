import { tf } from '@tintype/backend';
import { describeOnBackends, expectAllClose } from '@tintype/backend/testing';
import { expect, test } from 'vitest';
import { clipByGlobalNorm } from './clip-by-global-norm.ts';

describeOnBackends(
  'clipByGlobalNorm',
  () => {
    test('scales all gradients together to the norm, and leaves small ones alone', async () => {
      const gradients = { a: tf.tensor1d([3, 0]), b: tf.tensor2d([[-4], [12]]) };
      const before = tf.memory().numTensors;
      const clipped = clipByGlobalNorm(gradients, 6.5);
      await expectAllClose(clipped.norm, [13]);
      await expectAllClose(clipped.gradients.a!, [1.5, 0], { rtol: 1e-6 });
      await expectAllClose(clipped.gradients.b!, [-2, 6], { rtol: 1e-6 });
      const loose = clipByGlobalNorm(gradients, 14);
      await expectAllClose(loose.gradients.b!, [-4, 12], { rtol: 0, atol: 0 });
      tf.dispose([clipped, loose] as unknown as tf.TensorContainer);
      expect(tf.memory().numTensors).toBe(before);
      tf.dispose(gradients);
    });

    test('no gradients have norm 0', async () => {
      const { norm, gradients } = clipByGlobalNorm({}, 1);
      expect(gradients).toEqual({});
      await expectAllClose(norm, [0]);
      norm.dispose();
    });

    test('a norm that is not above 0 is refused', () => {
      for (const maxNorm of [0, -1, Number.NaN]) {
        expect(() => clipByGlobalNorm({}, maxNorm)).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
      }
    });
  },
  { backends: ['cpu', 'wasm'] },
);
