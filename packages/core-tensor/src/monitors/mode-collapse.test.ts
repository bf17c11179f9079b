import { selectBackend, tf } from '@tintype/backend';
import { beforeAll, describe, expect, test } from 'vitest';
import { lastVerdict, ringRows, testMonitor } from './check-monitor.test-support.ts';
import { createModeCollapseMonitor, type ModeCollapseOptions } from './mode-collapse.ts';

beforeAll(() => selectBackend({ backend: 'wasm' }));

/** Logits of the eight modes of the ring. */
function classify(points: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const angles = tf.range(0, 8).mul(Math.PI / 4);
    return tf.matMul(points as tf.Tensor2D, tf.stack([angles.cos(), angles.sin()]) as tf.Tensor2D);
  });
}

const evidenceOf = async (options: ModeCollapseOptions) => {
  const everything = { minCoverage: 1, minDistanceRatio: 1, minClassEntropy: 1 };
  return (await lastVerdict(createModeCollapseMonitor({ ...options, ...everything, patience: 1 }), 1))
    ?.evidence;
};

describe('the mode-collapse monitor', () => {
  testMonitor('mode-collapse', createModeCollapseMonitor, {
    sample: ringRows(8),
    real: ringRows(8),
    classify,
  });

  test('all eight modes are well, one alone is a collapse, by each evidence', async () => {
    const real = ringRows(8);
    const verdictOf = (modes: number, options: Partial<ModeCollapseOptions>) =>
      lastVerdict(createModeCollapseMonitor({ sample: ringRows(modes), ...options }), 2);
    expect(await verdictOf(8, { real, classify })).toBeUndefined();
    const off = { minCoverage: 0, minDistanceRatio: 0, minClassEntropy: 0 };
    for (const evidence of [{ minCoverage: 0.3 }, { minDistanceRatio: 0.4 }, { minClassEntropy: 0.5 }]) {
      expect(await verdictOf(1, { real, classify, ...off, ...evidence })).toBeDefined();
      expect(await verdictOf(8, { real, classify, ...off, ...evidence })).toBeUndefined();
    }
    expect(await verdictOf(1, { real, classify, ...off })).toBeUndefined();
    expect(await verdictOf(1, { classify })).toMatchObject({
      verdict: 'mode-collapse',
      evidence: { classEntropy: 0 },
    });
  });

  test('coverage falls with the share of modes, the entropy with its logarithm', async () => {
    for (const modes of [1, 2, 4]) {
      const evidence = await evidenceOf({
        sample: ringRows(modes),
        real: ringRows(8),
        classify,
        samples: 256,
      });
      expect(evidence!.coverage).toBeCloseTo(modes / 8, 0.9);
      expect(evidence!.classEntropy).toBeCloseTo(Math.log(modes) / Math.log(8), 1);
    }
  });

  test('equal distributions have coverage 1 − 2⁻ᵏ and a distance ratio of 1', async () => {
    const evidence = await evidenceOf({ sample: ringRows(8), real: ringRows(8), samples: 256, neighbors: 3 });
    expect(Math.abs(evidence!.coverage! - 0.875)).toBeLessThan(0.06);
    expect(Math.abs(evidence!.distanceRatio! - 1)).toBeLessThan(0.05);
  });

  test('distances are measured in the features that are given', async () => {
    const features = (points: tf.Tensor) => points.mul([1, 0]);
    const sample = (count: number) => tf.tidy(() => tf.stack([tf.zeros([count]), tf.range(0, count)], 1));
    const evidence = await evidenceOf({ sample, real: ringRows(8), features });
    expect(evidence!.distanceRatio).toBe(0);
  });

  test('there must be something to tell a collapse by, and fewer neighbours than rows', () => {
    const sample = ringRows(8);
    expect(() => createModeCollapseMonitor({ sample })).toThrow(/nothing to tell a collapse by/);
    expect(() => createModeCollapseMonitor({ sample, real: sample, samples: 8, neighbors: 8 })).toThrow(
      /fewer than samples/,
    );
    expect(() => createModeCollapseMonitor({ real: sample } as unknown as ModeCollapseOptions)).toThrow(
      /sample: a required/,
    );
  });
});
