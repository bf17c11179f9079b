import { beforeAll, describe, expect, test } from 'vitest';
import { selectBackend } from '../device/select-backend.ts';
import { currentEngine } from '../engine/current-engine.ts';
import { expectAllClose } from '../testing/expect-all-close.ts';
import { expectGradients } from '../testing/expect-gradients.ts';
import { tf } from '../tf.ts';
import { attention } from './attention/index.ts';
import { type AttentionCase, referenceAttention } from './attention/reference.test-support.ts';
import { drawAttention, runAttention } from './attention/run-attention.test-support.ts';
import { type NormalizationCase, referenceNormalization } from './normalize-rows/reference.test-support.ts';
import { drawCase, runNormalization } from './normalize-rows/run-normalization.test-support.ts';
import { logSoftmax } from './softmax/log-softmax.ts';

/** The rung on which only tfjs's kernels run, as where the processor has no SIMD. */
describe('normalisation, attention and softmax without our engine', () => {
  beforeAll(async () => {
    await selectBackend({ backend: 'wasm', kernels: 'tfjs' });
    expect(currentEngine()).toBeUndefined();
  });

  test('normalizeRows equals float64', async () => {
    const problem: NormalizationCase = { shape: [3, 9, 12], groups: 4, hasSilu: true };
    const values = drawCase(problem);
    const results = runNormalization(problem, values);
    const expected = referenceNormalization(problem, values);
    for (const name of ['y', 'dx', 'dweight', 'dbias'] as const)
      await expectAllClose(results[name]!, expected[name]!, { rtol: 1e-5 });
  });

  test('attention equals float64', async () => {
    const problem: AttentionCase = { batch: 2, queries: 7, keys: 5, heads: 2, size: 4 };
    const values = drawAttention(problem);
    const results = runAttention(problem, values);
    const expected = referenceAttention(problem, values);
    for (const name of ['y', 'dq', 'dk', 'dv'] as const)
      await expectAllClose(results[name], expected[name], { rtol: 1e-5 });
  });

  test('gradients equal differences', async () => {
    const x = tf.tensor3d([0.1, -0.4, 0.3, 0.8, 0.2, -0.1, 0.5, 0.4], [1, 2, 4]);
    const other = x.square();
    const attend = (q: tf.Tensor) =>
      attention(q as tf.Tensor3D, other as tf.Tensor3D, other as tf.Tensor3D, { heads: 2, scale: 1 });
    await expectGradients((q) => attend(q).square().sum(), [x]);
    for (const operation of [tf.softmax, logSoftmax])
      await expectGradients((input) => operation(input).square().sum(), [x]);
    tf.dispose([x, other]);
  });
});
