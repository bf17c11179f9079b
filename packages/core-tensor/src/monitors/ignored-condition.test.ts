import { selectBackend, tf } from '@tintype/backend';
import { beforeAll, describe, expect, test } from 'vitest';
import { lastVerdict, testMonitor } from './check-monitor.test-support.ts';
import type { DrawContext } from './draw.ts';
import { createIgnoredConditionMonitor as create } from './ignored-condition.ts';

beforeAll(() => selectBackend({ backend: 'wasm' }));

const numClasses = 10;
/** One-hot labels of this strength in noise of deviation 0.3; `shift` moves every label on. */
const conditional = (strength: number, shift = 0) => ({
  numClasses,
  generate: (labels: tf.Tensor1D, { rng }: DrawContext) =>
    tf.tidy(() => {
      const drawn = tf.oneHot(labels.add(shift).mod(numClasses).toInt() as tf.Tensor1D, numClasses);
      return drawn.mul(strength).add(rng.normal([labels.shape[0], numClasses], 0, 0.3));
    }),
});
const classify = (rows: tf.Tensor) => rows.clone();

describe('the ignored-condition monitor', () => {
  testMonitor('ignored-condition', create, { ...conditional(1), classify });

  test('labels that change the output are well, labels that change nothing are ignored', async () => {
    expect(await lastVerdict(create(conditional(1)), 2)).toBeUndefined();
    expect(await lastVerdict(create(conditional(0)), 2)).toMatchObject({
      verdict: 'ignored-condition',
      evidence: { sensitivity: 0 },
    });
  });

  test('the sensitivity is the ratio of mean distances: √2 · strength ÷ that of two noises', async () => {
    const monitor = create({ ...conditional(2), minSensitivity: 1e6, patience: 1, samples: 512 });
    const evidence = (await lastVerdict(monitor, 1))!.evidence;
    // Two normal vectors in 10 dimensions: σ√2 · √2 Γ(5.5) / Γ(5) = 0.3 · √2 · 3.0843.
    expect(evidence.sensitivity).toBeCloseTo((2 * Math.SQRT2) / (0.3 * Math.SQRT2 * 3.0843), 1.3);
    expect(await lastVerdict(create(conditional(0.02)), 2)).toBeDefined();
    expect(await lastVerdict(create(conditional(0.05)), 2)).toBeUndefined();
  });

  test('a label that changes the output to something else is ignored as well, where a classifier reads it', async () => {
    const wrong = { ...conditional(2, 3), classify };
    expect((await lastVerdict(create(wrong), 2))?.evidence.accuracy).toBeLessThan(0.1);
    expect(await lastVerdict(create({ ...wrong, minAccuracyGain: 0, minSensitivity: 0 }), 2)).toBeUndefined();
    const right = await lastVerdict(
      create({ ...conditional(2), classify, minAccuracyGain: 1, patience: 1 }),
      1,
    );
    expect(right === undefined || right.evidence.accuracy! > 0.95).toBe(true);
    expect(await lastVerdict(create({ ...conditional(2), classify }), 2)).toBeUndefined();
  });

  test('two classes and eight rows will do', async () => {
    const two = {
      numClasses: 2,
      samples: 8,
      generate: (labels: tf.Tensor1D, { rng }: DrawContext) =>
        tf.tidy(() =>
          labels
            .toFloat()
            .expandDims(1)
            .add(rng.normal([labels.shape[0], 1], 0, 0.1)),
        ),
    };
    expect(await lastVerdict(create(two), 2)).toBeUndefined();
    expect(() => create({ ...two, numClasses: 1 })).toThrow(/numClasses/);
  });
});
