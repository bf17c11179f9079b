import { tf } from '@tintype/backend';
import { describeOnBackends } from '@tintype/backend/testing';
import { expect, test } from 'vitest';
import '../testing/to-be-all-close.ts';
import { gelu, leakyRelu, silu } from './activations.ts';

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

  test('gelu is x·Φ(x), not its tanh form', () => {
    tf.tidy(() => {
      // x·Φ(x) in float64, from the error function of Python's math module.
      const exact = [0, -0.1002108174, -0.0460172163, 0, 0.0539827837, 1.3997891826, 20];
      expect(gelu(tf.tensor1d(values))).toBeAllClose(exact, { rtol: 0, atol: 1e-6 });
      const tanhForm = values.map(
        (v) => 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3))),
      );
      expect(exact).not.toBeAllClose(tanhForm, { rtol: 0, atol: 1e-5 });
    });
  });
});
