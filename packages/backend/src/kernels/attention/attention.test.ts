import { afterEach, expect, test, vi } from 'vitest';
import { currentEngine } from '../../engine/current-engine.ts';
import { describeOnBackends } from '../../testing/describe-on-backends.ts';
import { describeOnThreads } from '../../testing/describe-on-threads.ts';
import { expectAllClose } from '../../testing/expect-all-close.ts';
import { expectGradients } from '../../testing/expect-gradients.ts';
import { expectSameBits } from '../../testing/expect-same-bits.ts';
import { tf } from '../../tf.ts';
import { attention } from './index.ts';
import { type AttentionCase, referenceAttention } from './reference.test-support.ts';
import { type AttentionResults, drawAttention, runAttention } from './run-attention.test-support.ts';

async function expectRight(
  problem: AttentionCase,
  values = drawAttention(problem),
  results = runAttention(problem, values),
): Promise<void> {
  const expected = referenceAttention(problem, values);
  for (const name of ['y', 'dq', 'dk', 'dv'] as const)
    await expectAllClose(results[name], expected[name], { rtol: 3e-6, atol: 1e-6 });
}

const sizes: AttentionCase[] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 31, 64].map((size) => ({
  ...{ batch: 2, queries: 3 + size, keys: 11, heads: size < 10 ? 3 : 1, size },
}));

const cases: AttentionCase[] = [
  ...[0, 1, 2, 3, 33].map((batch) => ({ batch, queries: 7, keys: 5, heads: 2, size: 4 })),
  { batch: 3, queries: 64, keys: 64, heads: 8, size: 8 },
  { batch: 1, queries: 1, keys: 1, heads: 1, size: 5 },
  { batch: 1, queries: 0, keys: 3, heads: 1, size: 4 },
  // More queries and keys than a block has, the last blocks shorter.
  { batch: 1, queries: 97, keys: 257, heads: 2, size: 9 },
  { batch: 1, queries: 200, keys: 600, heads: 1, size: 16 },
  { batch: 1, queries: 100, keys: 300, heads: 1, size: 100 },
  { batch: 1, queries: 50, keys: 150, heads: 1, size: 200 },
  { batch: 1, queries: 50, keys: 70, heads: 1, size: 512 },
  // A head that the blocks have no room for.
  { batch: 1, queries: 3, keys: 2, heads: 1, size: 520 },
];

const first = new Map<string, AttentionResults>();

describeOnThreads('attention', (engine) => {
  afterEach(() => vi.restoreAllMocks());

  test('equals float64 for heads of many sizes', async () => {
    for (const problem of sizes) await expectRight(problem);
  });

  test.each(cases)('equals float64 for $batch × $queries × $keys, $heads heads of $size', (problem) =>
    expectRight(problem),
  );

  test('a kernel that writes nothing is found out', async () => {
    const inUse = currentEngine()!;
    const stock = inUse.run;
    for (const silent of ['attention', 'attentionGradient']) {
      const spy = vi.spyOn(inUse, 'run').mockImplementation((kernel, job) => {
        if (kernel !== silent) stock(kernel, job);
      });
      await expect(expectRight(cases[5]!)).rejects.toThrow();
      expect(spy.mock.calls.some(([kernel]) => kernel === silent)).toBe(true);
      spy.mockRestore();
    }
  });

  test('scores of hundreds neither overflow nor lose their place, in one block or several', async () => {
    for (const keys of [40, 600]) {
      const problem: AttentionCase = { batch: 1, queries: 20, keys, heads: 1, size: 8 };
      const values = drawAttention(problem);
      for (let i = 0; i < values.q.length; i++) values.q[i] = Math.round(values.q[i]! * 4) * 16;
      for (let i = 0; i < values.k.length; i++) values.k[i] = Math.round(values.k[i]! * 4);
      const { y } = runAttention(problem, values);
      const expected = referenceAttention(problem, values);
      await expectAllClose(y, expected.y, { rtol: 1e-4 });
    }
  });

  test('NaN and infinities spoil the queries that see them and no others', () => {
    const problem: AttentionCase = { batch: 2, queries: 5, keys: 300, heads: 2, size: 4 };
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const values = drawAttention(problem);
      values.q[8 * 3 + 4] = bad; // sample 0, query 3, head 1
      values.v[8 * 300 + 8 * 280] = Number.NaN; // sample 1, key 280, head 0, channel 0
      const { y } = runAttention(problem, values);
      const spoilt = new Set([...[28, 29, 30, 31], ...[40, 48, 56, 64, 72]]);
      expect(y.findIndex((value, i) => Number.isNaN(value) !== spoilt.has(i))).toBe(-1);
    }
  });

  test('a sample has the same bits in every batch, on any number of threads', () => {
    const run = (batch: number) => {
      const problem: AttentionCase = { batch, queries: 100, keys: 17, heads: 3, size: 5 };
      return runAttention(problem, drawAttention(problem));
    };
    const whole = run(33);
    for (let batch = 1; batch < 33; batch++) {
      const part = run(batch);
      for (const name of ['y', 'dq', 'dk', 'dv'] as const)
        expectSameBits(part[name], whole[name].subarray(0, part[name].length));
    }
    const key = String(engine.isRelaxed);
    const known = first.get(key) ?? whole;
    for (const name of ['y', 'dq', 'dk', 'dv'] as const) expectSameBits(whole[name], known[name]);
    first.set(key, whole);
  });

  test('memory may grow between the passes', async () => {
    const { memory } = (tf.backend() as unknown as { wasm: { asm: { memory: WebAssembly.Memory } } }).wasm
      .asm;
    const { buffer } = memory;
    const hold: tf.Tensor[] = [];
    const grow = () => {
      while (memory.buffer === buffer) hold.push(tf.keep(tf.zeros([2 ** 22])));
    };
    const values = drawAttention(cases[5]!);
    await expectRight(cases[5]!, values, runAttention(cases[5]!, values, grow));
    expect(hold.length).toBeGreaterThan(0);
    tf.dispose(hold);
  });

  test('long sequences never take memory for all weights', () => {
    const problem: AttentionCase = { batch: 2, queries: 2048, keys: 2048, heads: 1, size: 8 };
    const values = drawAttention(problem);
    const inUse = () => (tf.memory() as unknown as { numBytes: number }).numBytes;
    let saved = 0;
    const before = inUse();
    runAttention(problem, values, () => {
      saved = inUse() - before;
    });
    // One matrix of weights alone is 16 MiB; this is inputs, output and statistics.
    expect(saved).toBeLessThan(2 ** 21);
  });
});

describeOnBackends('attention', () => {
  test('equals float64', async () => {
    for (const problem of cases.slice(1, 7)) await expectRight(problem);
  });

  test('first and second derivatives equal differences, and nothing is left behind', async () => {
    const problem: AttentionCase = { batch: 2, queries: 4, keys: 3, heads: 2, size: 3 };
    const { q, k, v, dy } = drawAttention(problem);
    const inputs = [tf.tensor3d(q, [2, 4, 6]).mul(0.4), tf.tensor3d(k, [2, 3, 6]), tf.tensor3d(v, [2, 3, 6])];
    const weights = tf.tensor3d(dy, [2, 4, 6]);
    const f = (...xs: tf.Tensor[]): tf.Scalar => {
      const [a, b, c] = xs as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
      return attention(a, b, c, { heads: 2, scale: 0.7 }).mul(weights).sum();
    };
    const before = tf.memory().numTensors;
    await expectGradients(f, inputs);
    const slope = (...xs: tf.Tensor[]): tf.Scalar =>
      tf
        .grads(f)(xs)
        .map((gradient) => gradient.square().sum())
        .reduce((sum, part) => sum.add(part)) as tf.Scalar;
    await expectGradients(slope, inputs, { rtol: 5e-3, atol: 5e-3 });
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([...inputs, weights]);
  });
});
