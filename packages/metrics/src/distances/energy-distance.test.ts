import { createRandomStream } from '@tintype/core-tensor';
import { expect, test } from 'vitest';
import { drawFeatures, featuresOf } from '../features/drawn-features.test-support.ts';
import { energyDistance } from './energy-distance.ts';
import { energyDistanceFloor } from './energy-distance-floor.ts';

const repeat = (value: number, count: number) => featuresOf(Array.from({ length: count }, () => [value]));
const line = (seed: string, mean: number, count = 1500) => drawFeatures({ count, dimension: 1, seed, mean });

test('two point masses δ apart have distance 2δ by both estimators', () => {
  for (const estimator of ['v-statistic', 'unbiased'] as const) {
    expect(energyDistance(repeat(0, 4), repeat(3, 5), { estimator })).toBe(6);
    expect(energyDistance(repeat(2, 4), repeat(2, 5), { estimator })).toBe(0);
  }
});

test('mixtures of two points equal the sum over pairs by hand', () => {
  const [a, b] = [featuresOf([[0], [2]]), featuresOf([[0], [1], [2]])];
  // E|X−Y| = 1; E|X−X′| = 1, or 2 without the pairs with itself; E|Y−Y′| = 8/9, or 4/3.
  expect(energyDistance(a, b)).toBeCloseTo(2 - 1 - 8 / 9, 14);
  expect(energyDistance(a, b, { estimator: 'unbiased' })).toBeCloseTo(2 - 2 - 4 / 3, 14);
});

test('two Gaussians a shift apart have the distance of the closed form, and equal ones about none', async () => {
  const a = await line('a', 0);
  // X−Y ~ N(1.5, 2): E|X−Y| = 2/√π · e^(−1.5²/4) + 1.5·(2Φ(1.5/√2) − 1); E|X−X′| = 2/√π.
  const meanAcross = (2 / Math.sqrt(Math.PI)) * Math.exp(-(1.5 ** 2) / 4) + 1.5 * (2 * 0.8555778 - 1);
  const expected = 2 * meanAcross - 4 / Math.sqrt(Math.PI);
  const shifted = energyDistance(a, await line('b', 1.5), { estimator: 'unbiased' });
  expect(expected).toBeCloseTo(1.1626, 4);
  // The standard error is about 2·√(2·Var/n) ≈ 0.05.
  expect(Math.abs(shifted - expected)).toBeLessThan(0.15);
  expect(Math.abs(energyDistance(a, await line('c', 0), { estimator: 'unbiased' }))).toBeLessThan(0.01);
});

test('over many draws of one distribution the unbiased estimate is 0 on average, the other (1/n + 1/m)·E|X−X′|', async () => {
  const [n, m, draws] = [12, 20, 150];
  const values = { unbiased: [] as number[], 'v-statistic': [] as number[] };
  for (let draw = 0; draw < draws; draw++) {
    const [a, b] = [await line(`a${draw}`, 0, n), await line(`b${draw}`, 0, m)];
    for (const estimator of ['unbiased', 'v-statistic'] as const) {
      values[estimator].push(energyDistance(a, b, { estimator }));
    }
  }
  const expectMean = (list: readonly number[], expected: number) => {
    const mean = list.reduce((sum, value) => sum + value, 0) / draws;
    const variance = list.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (draws - 1);
    expect(Math.abs(mean - expected)).toBeLessThan(3 * Math.sqrt(variance / draws));
    return mean;
  };
  expectMean(values.unbiased, 0);
  const bias = (1 / n + 1 / m) * (2 / Math.sqrt(Math.PI));
  expect(expectMean(values['v-statistic'], bias)).toBeGreaterThan(0.1);
  expect(Math.min(...values.unbiased)).toBeLessThan(0);
  expect(Math.min(...values['v-statistic'])).toBeGreaterThan(0);
});

test('the floor is what a perfect generator shows on average, and one that is off lies far above', async () => {
  const draw = (seed: string, mean: number, count = 200) => drawFeatures({ count, dimension: 2, seed, mean });
  const floor = energyDistanceFloor(await draw('real', 0, 400), { splits: 12, rng: createRandomStream(1) });
  expect(floor.values).toHaveLength(12);
  expect(new Set(floor.values).size).toBe(12);
  expect(floor.largest).toBe(Math.max(...floor.values));
  const real = await draw('real', 0);
  const distances = { perfect: [] as number[], off: [] as number[] };
  for (let i = 0; i < 12; i++) {
    distances.perfect.push(energyDistance(real, await draw(`perfect${i}`, 0)));
    distances.off.push(energyDistance(real, await draw(`off${i}`, 0.4)));
  }
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(mean(distances.perfect) / floor.mean).toBeGreaterThan(0.5);
  expect(mean(distances.perfect) / floor.mean).toBeLessThan(2);
  expect(Math.min(...distances.off)).toBeGreaterThan(2 * floor.mean);
});

test('one seed gives one floor', async () => {
  const real = await line('real', 0, 60);
  const floor = (seed: number, count?: number) =>
    energyDistanceFloor(real, { rng: createRandomStream(seed), count }).values;
  expect(floor(1)).toEqual(floor(1));
  expect(floor(1)).not.toEqual(floor(2));
  expect(floor(1, 10)).not.toEqual(floor(1));
});

test('sets that do not fit, single rows without bias and halves that are too large are refused', () => {
  const refused = (run: () => unknown, code: string) =>
    expect(run).toThrow(expect.objectContaining({ code }));
  refused(() => energyDistance(repeat(0, 2), featuresOf([[0, 0]])), 'E_SHAPE');
  refused(() => energyDistance(repeat(0, 1), repeat(0, 2), { estimator: 'unbiased' }), 'E_DATA');
  refused(() => energyDistance(repeat(0, 2), repeat(0, 2), { estimator: 'u' as never }), 'E_CONFIG');
  refused(() => energyDistanceFloor(repeat(0, 9), { count: 5, rng: createRandomStream(1) }), 'E_DATA');
});
