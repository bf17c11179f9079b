import { tf } from '@tintype/backend';
import { describeOnBackends } from '@tintype/backend/testing';
import { expect, test } from 'vitest';
import '../testing/to-be-all-close.ts';
import { stopGradient } from './stop-gradient.ts';

describeOnBackends('stopGradient', () => {
  test('keeps the numbers and lets no gradient through', () => {
    const x = tf.tensor1d([1, -2, 3]);
    expect(stopGradient(x)).toBeAllClose([1, -2, 3]);
    // x · sg[x] has the gradient sg[x] alone; x · x would have twice as much.
    expect(tf.grad((y) => y.mul(stopGradient(y)).sum())(x)).toBeAllClose([1, -2, 3]);
  });
});
