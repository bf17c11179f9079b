import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends, expectNoLeaks } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import type { Denoiser } from '../denoiser.ts';
import { createNoiseSchedule } from '../noise-schedule/index.ts';
import { measureVariationalBound, type VariationalBoundOptions } from './measure-variational-bound.ts';
import { divideTimesteps } from './strata.ts';

const schedule = createNoiseSchedule({ kind: 'cosine', timesteps: 12 });
const rng = createRandomStream(3);
const grey = () => tf.fill<tf.Rank.R4>([64, 2, 2, 1], 51 / 127.5 - 1);
/** It says of every pixel that it is this value. */
const answering = (value: number): Denoiser => ({
  predictionType: 'sample',
  varianceType: 'fixed',
  predict: (xt) => ({ prediction: tf.fill(xt.shape, value) }),
});
const right = 51 / 127.5 - 1;

test('strata hold every timestep once, t = 0 alone, and widen with t', () => {
  for (const [timesteps, count] of [
    [24, 24],
    [24, 7],
    [1000, 40],
    [5, 1],
    [1, 1],
  ] as const) {
    const strata = divideTimesteps(timesteps, count);
    expect(strata).toHaveLength(count);
    let next = 0;
    for (const { first, count: length } of strata) {
      expect(first).toBe(next);
      expect(length).toBeGreaterThan(0);
      next += length;
    }
    expect(next).toBe(timesteps);
    if (count > 1) expect(strata[0]!.count).toBe(1);
    expect(strata.at(-1)!.count).toBeGreaterThanOrEqual(strata[0]!.count);
  }
});

describeOnBackends('measureVariationalBound', () => {
  const measure = (denoiser: Denoiser, more: Partial<VariationalBoundOptions> = {}) =>
    measureVariationalBound(denoiser, schedule, grey(), { rng, ...more });

  test('of a constant error δ each timestep costs (coefficient of x_0 · δ)² / 2β̃ nats, of none nothing', async () => {
    const error = 0.2;
    const { strata, bitsPerDim: bits } = await measure(answering(right + error));
    const { posteriorMeanCoefficientXStart, posteriorVariance } = schedule;
    for (const { first: t, bitsPerDim, xStartError } of strata.slice(1)) {
      const nats = (posteriorMeanCoefficientXStart[t]! * error) ** 2 / posteriorVariance[t]! / 2;
      expect(bitsPerDim / (nats / Math.LN2)).toBeCloseTo(1, 3);
      expect(xStartError).toBeCloseTo(error ** 2, 5);
    }
    const known = await measure(answering(right));
    for (const { bitsPerDim } of known.strata.slice(1)) expect(Math.abs(bitsPerDim)).toBeLessThan(1e-4);
    expect(known.bitsPerDim).toBeLessThan(bits);
  });

  test('with fewer timesteps it is the same in the mean', async () => {
    const whole = await measure(answering(right + 0.2));
    const few = await measure(answering(right + 0.2), { timestepCount: 5 });
    expect(few.strata).toHaveLength(5);
    expect(few.standardError).toBeGreaterThan(0);
    expect(Math.abs(few.bitsPerDim - whole.bitsPerDim)).toBeLessThan(3 * few.standardError);
    for (const { strata, priorBitsPerDim, bitsPerDim } of [whole, few]) {
      const sum = strata.reduce((total, stratum) => total + stratum.bitsPerDim, priorBitsPerDim);
      expect(sum / bitsPerDim).toBeCloseTo(1, 5);
    }
    // The negative control: strata that are not weighted by their lengths.
    const unweighted = few.strata.reduce((sum, { bitsPerDim, count }) => sum + bitsPerDim / count, 0);
    expect(Math.abs(unweighted - whole.bitsPerDim)).toBeGreaterThan(3 * few.standardError);
  });

  test('the bound of an image does not depend on its batch', async () => {
    const images = createRandomStream(1).uniform<tf.Rank.R4>([6, 2, 2, 1], -1, 1);
    const all = await measureVariationalBound(answering(0), schedule, images, { rng, timestepCount: 5 });
    const tail = images.slice(4);
    const last = await measureVariationalBound(answering(0), schedule, tail, {
      rng,
      timestepCount: 5,
      firstIndex: 4,
    });
    expect([...last.perImage]).toBeAllClose([...all.perImage.slice(4)]);
    const other = await measureVariationalBound(answering(0), schedule, tail, { rng, timestepCount: 5 });
    expect([...other.perImage]).not.toBeAllClose([...last.perImage], { rtol: 1e-3 });
  });

  test('nothing leaks, a signal stops it, and what cannot be measured is refused', async () => {
    const images = tf.zeros<tf.Rank.R4>([2, 2, 2, 1]);
    const run = (more: Partial<VariationalBoundOptions> = {}) =>
      measureVariationalBound(answering(0), schedule, images, { rng, timestepCount: 2, ...more });
    await expectNoLeaks(async () => void (await run()));
    await expect(run({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'E_ABORTED' });
    for (const timestepCount of [0, 13, 1.5])
      await expect(run({ timestepCount })).rejects.toMatchObject({ code: 'E_CONFIG' });
    const none = tf.zeros<tf.Rank.R4>([0, 2, 2, 1]);
    await expect(measureVariationalBound(answering(0), schedule, none, { rng })).rejects.toMatchObject({
      code: 'E_SHAPE',
    });
  });
});
