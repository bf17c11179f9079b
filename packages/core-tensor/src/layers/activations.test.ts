import { tf } from '@tintype/backend';
import { describeOnBackends } from '@tintype/backend/testing';
import { expect, test } from 'vitest';
import '../testing/to-be-all-close.ts';
import { leakyRelu, silu } from './activations.ts';

describeOnBackends('activations', () => {
  const values = [-20, -1.5, -0.1, 0, 0.1, 1.5, 20];

  test('silu is x / (1 + e^−x), leakyRelu has slope 0.2 below 0', () => {
    tf.tidy(() => {
      const x = tf.tensor1d(values);
      expect(silu(x)).toBeAllClose(values.map((v) => v / (1 + Math.exp(-v))));
      expect(leakyRelu(x)).toBeAllClose(values.map((v) => (v > 0 ? v : 0.2 * v)));
      expect(leakyRelu(x, 0.01)).toBeAllClose(values.map((v) => (v > 0 ? v : 0.01 * v)));
      expect(silu(x)).not.toBeAllClose(tf.relu(x), { rtol: 1e-3 });
    });
  });
});
