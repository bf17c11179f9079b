import { TintypeError } from '@tintype/core-tensor';
import { describe, expect, test } from 'vitest';
import { drawFeatures, featuresOf } from '../features/drawn-features.test-support.ts';
import type { Features } from '../features/features.ts';
import { computeStatistics } from './compute-statistics.ts';
import { createStatistics } from './create-statistics.ts';
import type { FeatureStatistics } from './feature-statistics.ts';

const rowsOf = ({ dimension, values }: Features, first: number, end: number): Features => ({
  count: end - first,
  dimension,
  values: values.subarray(first * dimension, end * dimension),
});

/** Largest difference, relative to the largest number of what is expected. */
function relativeDistance(actual: Float64Array, expected: Float64Array): number {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return actual.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0) / largest;
}

function distance(actual: FeatureStatistics, expected: FeatureStatistics): number {
  expect(actual.count).toBe(expected.count);
  return Math.max(
    relativeDistance(actual.mean, expected.mean),
    relativeDistance(actual.covariance, expected.covariance),
  );
}

test('mean and covariance are those worked out by hand', () => {
  const rows = featuresOf([
    [1, 2],
    [3, 2],
    [5, 8],
  ]);
  const { count, mean, covariance } = computeStatistics(rows);
  expect(count).toBe(3);
  expect([...mean]).toEqual([3, 4]);
  expect([...covariance]).toEqual([4, 6, 6, 12]); // (4 + 0 + 4)/2, (4 + 0 + 8)/2, (4 + 4 + 16)/2
});

describe('any split of the rows', () => {
  const offset = 100;
  const drawn = drawFeatures({ count: 1537, dimension: 19, seed: 'split', mean: offset, deviation: 0.5 });

  test.each([1, 2, 3, 8, 64])('into %i shards merges to the same statistics to 1e-12', async (shards) => {
    const features = await drawn;
    const whole = computeStatistics(features);
    const merged = createStatistics(features.dimension);
    for (let shard = 0; shard < shards; shard++) {
      const [first, end] = [shard, shard + 1].map((k) => Math.floor((k * features.count) / shards));
      const part = createStatistics(features.dimension);
      part.add(rowsOf(features, first!, end!));
      merged.merge(part.result());
    }
    expect(distance(merged.result(), whole)).toBeLessThan(1e-12);
  });

  test('into parts of 1, 2, 3 … rows adds up to the same, and so do the rows backwards', async () => {
    const features = await drawn;
    const whole = computeStatistics(features);
    const [growing, backwards] = [createStatistics(19), createStatistics(19)];
    for (let first = 0, size = 1; first < features.count; first += size++) {
      growing.add(rowsOf(features, first, Math.min(features.count, first + size)));
    }
    for (let end = features.count; end > 0; end -= 29) {
      backwards.add(rowsOf(features, Math.max(0, end - 29), end));
    }
    expect(distance(growing.result(), whole)).toBeLessThan(1e-12);
    expect(distance(backwards.result(), whole)).toBeLessThan(1e-12);
  });

  test('is not so for E[xxᵀ] − μμᵀ in the same float64, nor with a row left out', async () => {
    const features = await drawn;
    const whole = computeStatistics(features);
    const far = { ...features, values: Float64Array.from(features.values, (value) => value + 1e5) };
    const naive = naiveVariance(far);
    expect(Math.abs(naive / computeStatistics(far).covariance[0]! - 1)).toBeGreaterThan(1e-9);
    const short = computeStatistics(rowsOf(features, 0, features.count - 1));
    expect(distance({ ...short, count: whole.count }, whole)).toBeGreaterThan(1e-6);
  });
});

function naiveVariance({ count, dimension, values }: Features): number {
  let [sum, squares] = [0, 0];
  for (let row = 0; row < count; row++) {
    sum += values[row * dimension]!;
    squares += values[row * dimension]! ** 2;
  }
  return (squares - sum ** 2 / count) / (count - 1);
}

test('a mean far from 0 costs no digits of the covariance', async () => {
  const near = await drawFeatures({ count: 600, dimension: 5, seed: 'far' });
  const shifted = { ...near, values: Float64Array.from(near.values, (value) => value + 2 ** 20) };
  // Adding 2^20 rounds each number at 2^-32, nothing more.
  const [a, b] = [computeStatistics(near).covariance, computeStatistics(shifted).covariance];
  expect(relativeDistance(b, a)).toBeLessThan(1e-9);
});

test('results are copies: more rows do not change what was handed out', () => {
  const statistics = createStatistics(1);
  statistics.add(featuresOf([[1], [2]]));
  const before = statistics.result();
  statistics.add(featuresOf([[30]]));
  expect([before.count, before.mean[0], before.covariance[0]]).toEqual([2, 1.5, 0.5]);
  expect(statistics.count).toBe(3);
});

test.each<[string, () => unknown, string, RegExp]>([
  ['one row', () => computeStatistics(featuresOf([[1, 2]])), 'E_DATA', /too few rows.*got 1.*at least 2/],
  ['NaN', () => computeStatistics(featuresOf([[1], [Number.NaN]])), 'E_DATA', /row 1 is not finite/],
  ['no dimension', () => createStatistics(0), 'E_CONFIG', /dimension.*got 0/],
  ['another dimension', () => createStatistics(2).add(featuresOf([[1]])), 'E_SHAPE', /got 1, expected 2/],
  ['no rows at all', () => createStatistics(2).result(), 'E_DATA', /no rows yet/],
  [
    'a shard of another dimension',
    () => createStatistics(3).merge(computeStatistics(featuresOf([[1], [2]]))),
    'E_SHAPE',
    /another dimension/,
  ],
  [
    'a shard without a count',
    () => {
      const shard = computeStatistics(featuresOf([[1], [2]]));
      createStatistics(1).merge({ ...shard, count: undefined });
    },
    'E_DATA',
    /how many rows/,
  ],
])('%s is refused', (_, act, code, message) => {
  expect(act).toThrow(TintypeError);
  expect(act).toThrow(message);
  expect(act).toThrow(expect.objectContaining({ code }));
});
