import { afterEach, expect, test, vi } from 'vitest';
import { currentEngine } from '../../engine/current-engine.ts';
import { describeOnBackends } from '../../testing/describe-on-backends.ts';
import { describeOnThreads } from '../../testing/describe-on-threads.ts';
import { expectAllClose } from '../../testing/expect-all-close.ts';
import { expectSameBits } from '../../testing/expect-same-bits.ts';
import { tf } from '../../tf.ts';
import { normalizeRows } from './index.ts';
import { epsilon, type NormalizationCase, referenceNormalization } from './reference.test-support.ts';
import {
  drawCase,
  drawNormals,
  type NormalizationResult,
  runNormalization,
} from './run-normalization.test-support.ts';

const outputs = ['y', 'dx', 'dweight', 'dbias'] as const;

async function expectRight(
  problem: NormalizationCase,
  values = drawCase(problem),
  results = runNormalization(problem, values),
  rtol = 2e-6,
): Promise<void> {
  const expected = referenceNormalization(problem, values);
  expect(Object.keys(results)).toEqual(Object.keys(expected));
  for (const name of outputs) {
    if (expected[name]) await expectAllClose(results[name]!, expected[name], { rtol, atol: 1e-6 });
  }
}

/** Every number of channels up to 12, each with every number of groups that divides it. */
const channelCases: NormalizationCase[] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].flatMap((channels) =>
  Array.from({ length: channels }, (_, i) => i + 1)
    .filter((groups) => channels % groups === 0)
    .map((groups, i) => ({
      shape: [2, 4 * channels + i, channels] as const,
      groups,
      hasSilu: (channels + i) % 2 === 0,
    })),
);

const otherCases: NormalizationCase[] = [
  ...[0, 1, 2, 3, 5, 8, 32, 33].map((batch) => ({
    shape: [batch, 9, 12] as const,
    groups: 4,
    hasSilu: true,
  })),
  ...[0, 1, 7, 33].map((batch) => ({ shape: [batch, 1, 12] as const, groups: 1 })),
  { shape: [2, 130, 32], groups: 8 },
  { shape: [3, 65, 32], groups: 32, hasSilu: true },
  { shape: [2, 64, 36], groups: 1, hasSilu: true, isPlain: true },
  { shape: [2, 5, 20], groups: 20, isPlain: true },
  // In parts: large samples, batch norm, the last part shorter.
  { shape: [2, 4500, 32], groups: 8, hasSilu: true },
  { shape: [1, 12_001, 12], groups: 12 },
  { shape: [1, 70_001, 3], groups: 3, hasSilu: true },
  { shape: [1, 40, 16_400], groups: 16_400 },
  // One position, so layer norm: rows longer than a block, tails, more rows than a part.
  { shape: [5, 1, 3], groups: 1 },
  { shape: [130, 1, 7], groups: 1 },
  { shape: [3, 1, 2055], groups: 1 },
  { shape: [65, 1, 64], groups: 1, isPlain: true },
  { shape: [4, 1, 30], groups: 1, hasSilu: true },
];

const firstResults = new Map<string, Partial<NormalizationResult>>();

describeOnThreads('normalizeRows', (engine) => {
  afterEach(() => vi.restoreAllMocks());

  test('equals float64 for every number of channels and groups', async () => {
    for (const problem of channelCases) await expectRight(problem);
  });

  test.each(otherCases)('equals float64 for $shape in $groups groups', async (problem) => {
    await expectRight(problem);
  });

  test('runs its own kernels, and one that writes nothing is found out', async () => {
    const problem: NormalizationCase = { shape: [2, 64, 8], groups: 2, hasSilu: true };
    const run = vi.spyOn(currentEngine()!, 'run');
    await expectRight(problem);
    expect(run.mock.calls.map(([kernel]) => kernel)).toContain('normalizeSamples');
    for (const silent of ['normalizeSamples', 'normalizeGradSamples', 'normalizeGradWeights']) {
      vi.restoreAllMocks();
      const inUse = currentEngine()!;
      const stock = inUse.run;
      vi.spyOn(inUse, 'run').mockImplementation((kernel, job) => {
        if (kernel !== silent) stock(kernel, job);
      });
      await expect(expectRight(problem), silent).rejects.toThrow();
    }
  });

  test('keeps its digits with a mean of 1000 and a deviation of 0.01', async () => {
    for (const [shape, groups] of [
      [[2, 300, 8], 4],
      [[1, 20_000, 8], 8],
      [[3, 1, 1500], 1],
    ] as const) {
      const problem: NormalizationCase = { shape, groups };
      const values = drawCase(problem, 1e3, 1e-2);
      await expectRight(problem, values, runNormalization(problem, values), 3e-6);
    }
  });

  test('an outlier in front costs no digits', async () => {
    const problem: NormalizationCase = { shape: [2, 600, 8], groups: 4 };
    const values = drawCase(problem);
    for (const at of [0, 1, 3000]) values.x[at] = 1e6;
    await expectRight(problem, values, runNormalization(problem, values), 1e-5);
  });

  test('NaN and infinities spoil their group and no other', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      for (const [positions, groups] of [
        [40, 2],
        [1, 1],
        [25_000, 2],
      ] as const) {
        const problem: NormalizationCase = { shape: [2, positions, 6], groups };
        const values = drawCase(problem);
        values.x[positions * 6 + 1] = bad;
        const { y, dx } = runNormalization(problem, values);
        const isSpoilt = (i: number) => i >= positions * 6 && (groups === 1 || i % 6 < 3);
        for (const result of [y!, dx!])
          expect(result.findIndex((value, i) => Number.isNaN(value) !== isSpoilt(i))).toBe(-1);
      }
    }
  });

  test.each([
    [64, 12, 4],
    [7, 5, 5],
    [1, 30, 1],
  ])('a sample [%i, %i] has the same bits in every batch from 1 to 33', (positions, channels, groups) => {
    const run = (batch: number) => {
      const problem: NormalizationCase = { shape: [batch, positions, channels], groups, hasSilu: groups > 1 };
      return runNormalization(problem, drawCase(problem));
    };
    const whole = run(33);
    for (let batch = 1; batch < 33; batch++) {
      const part = run(batch);
      for (const name of ['y', 'dx'] as const)
        expectSameBits(part[name]!, whole[name]!.subarray(0, batch * positions * channels));
    }
  });

  test('the number of threads changes no bit', () => {
    for (const problem of [...otherCases.slice(-12), { shape: [16, 256, 32], groups: 8 } as const]) {
      const key = `${engine.isRelaxed} ${JSON.stringify(problem)}`;
      const results = runNormalization(problem, drawCase(problem));
      const known = firstResults.get(key) ?? results;
      for (const [name, values] of Object.entries(known))
        expectSameBits(results[name as keyof NormalizationResult]!, values);
      firstResults.set(key, known);
    }
  });

  test('memory may grow between the passes', async () => {
    const problem: NormalizationCase = { shape: [2, 50, 8], groups: 2, hasSilu: true };
    const values = drawCase(problem);
    const { buffer } = heap();
    const hold: tf.Tensor[] = [];
    const grow = () => {
      while (heap().buffer === buffer) hold.push(tf.keep(tf.zeros([2 ** 22])));
    };
    await expectRight(problem, values, runNormalization(problem, values, grow));
    tf.dispose(hold);
    expect(hold.length).toBeGreaterThan(0);
  });
});

function heap(): WebAssembly.Memory {
  return (tf.backend() as unknown as { wasm: { asm: { memory: WebAssembly.Memory } } }).wasm.asm.memory;
}

describeOnBackends(
  'normalizeRows',
  () => {
    test('equals float64, activated or not', async () => {
      for (const problem of [...otherCases.slice(1, 4), ...otherCases.slice(9, 16), otherCases.at(-1)!])
        await expectRight(problem, drawCase(problem), undefined, 1e-5);
    });

    test('shows mean and variance, and leaves nothing behind', async () => {
      const values = drawNormals(24, 1);
      const x = tf.tensor3d(values, [2, 3, 4]);
      const before = tf.memory().numTensors;
      const seen: number[] = [];
      const observe = (mean: tf.Tensor, variance: tf.Tensor) =>
        seen.push(...mean.dataSync(), ...variance.dataSync());
      normalizeRows(x, { epsilon, observe }).dispose();
      tf.grad((input: tf.Tensor) => normalizeRows(input as tf.Tensor3D, { epsilon, groups: 2 }))(x).dispose();
      expect(tf.memory().numTensors).toBe(before);
      const mean = tf.tidy(() => tf.moments(x, 1));
      await expectAllClose(seen, [...mean.mean.dataSync(), ...mean.variance.dataSync()]);
      tf.dispose([x, mean.mean, mean.variance]);
    });
  },
  { backends: ['cpu', 'wasm'] },
);
