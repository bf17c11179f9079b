import { expect, test } from 'vitest';
import { tf } from '../tf.ts';
import { describeOnBackends } from './describe-on-backends.ts';
import { expectGradients } from './expect-gradients.ts';

describeOnBackends('expectGradients', () => {
  const a = Float32Array.of(0.3, -0.7, 1.1, 0.2, -0.4, 0.9);
  const b = Float32Array.of(0.5, 0.1, -0.6, 0.8, 0.7, -0.2);

  test('accepts right gradients of every input and leaks nothing', async () => {
    const inputs = [tf.tensor2d(a, [2, 3]), tf.tensor2d(b, [3, 2])];
    const before = tf.memory().numTensors;
    await expectGradients(
      (x, y) =>
        tf
          .matMul(x as tf.Tensor2D, y as tf.Tensor2D)
          .tanh()
          .sum(),
      inputs,
    );
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose(inputs);
  });

  test('rejects a gradient that is off by one percent, or of the wrong sign', async () => {
    const x = tf.tensor1d(a);
    for (const factor of [1.01, -1]) {
      const cubeSum = tf.customGrad((value) => {
        const input = value as tf.Tensor;
        return {
          value: input.pow(3).sum(),
          gradFunc: (dy: tf.Tensor) =>
            input
              .square()
              .mul(3 * factor)
              .mul(dy),
        };
      });
      await expect(expectGradients((value) => cubeSum(value) as tf.Scalar, [x])).rejects.toThrow(/input 0/);
    }
    x.dispose();
  });
});
