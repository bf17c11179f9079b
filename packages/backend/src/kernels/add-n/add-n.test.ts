import { expect, test } from 'vitest';
import { describeOnBackends } from '../../testing/describe-on-backends.ts';
import { expectAllClose } from '../../testing/expect-all-close.ts';
import { expectGradients } from '../../testing/expect-gradients.ts';
import { tf } from '../../tf.ts';

// A U-Net has hundreds of gradients; WebGPU binds about ten buffers at a time.
describeOnBackends(
  'addN',
  () => {
    test.each([1, 2, 9, 10, 11, 12, 21, 22, 115])('adds %i terms, each once', async (count) => {
      const before = tf.memory().numTensors;
      const terms = Array.from({ length: count }, (_, i) => tf.tensor1d([i + 1, 2 ** (i % 7)]));
      const expected = [0, 1].map((at) =>
        terms.reduce((sum, _, i) => sum + (at === 0 ? i + 1 : 2 ** (i % 7)), 0),
      );
      const sum = tf.addN(terms);
      await expectAllClose(sum, expected);
      tf.dispose([sum, terms]);
      expect(tf.memory().numTensors).toBe(before);
    });

    test('the gradient reaches every term', async () => {
      const inputs = Array.from({ length: 14 }, (_, i) => tf.tensor1d([0.1 * i, -0.2]));
      await expectGradients((...terms) => tf.addN(terms).square().sum(), inputs);
    });
  },
  { backends: ['cpu', 'wasm', 'webgpu'] },
);
