import { TintypeError } from '@tintype/core-tensor';
import { loadReference } from '@tintype/core-tensor/testing';
import { describe, expect, test } from 'vitest';
import { drawFeatures, featuresOf } from '../features/drawn-features.test-support.ts';
import type { ReferenceValues } from '../features/reference-values.test-support.ts';
import { referenceSets } from '../features/reference-values.test-support.ts';
import { computeStatistics } from '../statistics/compute-statistics.ts';
import type { FeatureStatistics } from '../statistics/feature-statistics.ts';
import { type FrechetDistanceOptions, frechetDistance } from './frechet-distance.ts';

const gaussian = (mean: readonly number[], covariance: readonly number[]): FeatureStatistics => ({
  count: 1000,
  mean: Float64Array.from(mean),
  covariance: Float64Array.from(covariance),
});

const diagonal = (mean: readonly number[], variances: readonly number[]): FeatureStatistics =>
  gaussian(
    mean,
    variances.flatMap((variance, i) => variances.map((_, j) => (i === j ? variance : 0))),
  );

describe('closed forms', () => {
  test('in one dimension it is (μ₁ − μ₂)² + (σ₁ − σ₂)²', () => {
    expect(frechetDistance(gaussian([1], [9]), gaussian([5], [4]))).toBeCloseTo(16 + 1, 13);
  });

  test('with diagonal covariances the dimensions add up', () => {
    const a = diagonal([0, 1, -2, 3], [1, 4, 9, 0.25]);
    const b = diagonal([2, 1, 0, 3], [16, 4, 0.01, 1e6]);
    const means = 4 + 0 + 4 + 0;
    const spreads = 3 ** 2 + 0 + 2.9 ** 2 + 999.5 ** 2;
    expect(frechetDistance(a, b) / (means + spreads)).toBeCloseTo(1, 12);
  });

  test('with covariances that commute it is that of their eigenvalues, in any basis', () => {
    // Both turned by the same 30°.
    const [c, s] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
    const turned = (x: number, y: number) => [
      c * c * x + s * s * y,
      c * s * (x - y),
      c * s * (x - y),
      s * s * x + c * c * y,
    ];
    const value = frechetDistance(gaussian([0, 0], turned(9, 1)), gaussian([1, 1], turned(4, 25)));
    expect(value).toBeCloseTo(2 + (3 - 2) ** 2 + (1 - 5) ** 2, 11);
  });

  test('with covariances that do not commute, 2 × 2, tr √(AB) is √(tr AB + 2 √det AB)', () => {
    const [a, b] = [gaussian([0, 0], [5, 2, 2, 3]), gaussian([0, 0], [1, -0.5, -0.5, 2])];
    const traceOfProduct = 5 * 1 + 2 * -0.5 + 2 * -0.5 + 3 * 2;
    const determinant = (5 * 3 - 4) * (1 * 2 - 0.25);
    const expected = 8 + 3 - 2 * Math.sqrt(traceOfProduct + 2 * Math.sqrt(determinant));
    expect(frechetDistance(a, b)).toBeCloseTo(expected, 12);
    // Roots taken entry by entry, or of each diagonal alone, give another number.
    const wrong = 8 + 3 - 2 * (Math.sqrt(5 * 1) + Math.sqrt(3 * 2));
    expect(Math.abs(wrong - expected)).toBeGreaterThan(0.1);
  });

  test('statistics of many drawn rows come near the Gaussians they were drawn from', async () => {
    const [a, b] = await Promise.all([
      drawFeatures({ count: 20_000, dimension: 3, seed: 'a' }),
      drawFeatures({ count: 20_000, dimension: 3, seed: 'b', mean: 1, deviation: 2 }),
    ]);
    const value = frechetDistance(computeStatistics(a), computeStatistics(b));
    expect(Math.abs(value - 3 * (1 + 1))).toBeLessThan(0.2);
  });
});

describe('singular covariances', () => {
  test('fewer rows than dimensions: a set is at distance 0 of itself and symmetric to another', async () => {
    const [few, many] = await Promise.all([
      drawFeatures({ count: 12, dimension: 64, seed: 'few' }),
      drawFeatures({ count: 500, dimension: 64, seed: 'many' }),
    ]);
    const [a, b] = [computeStatistics(few), computeStatistics(many)];
    expect(frechetDistance(a, a)).toBeLessThan(1e-10);
    const there = frechetDistance(a, b);
    expect(there).toBeGreaterThan(10);
    expect(Math.abs(frechetDistance(b, a) / there - 1)).toBeLessThan(1e-12);
  });

  test('spaces that only share a line: the exact value, to 1e-10', () => {
    // A lives on e₁ and e₂, B on e₂ and e₃; the shared variances are 9 and 4.
    const value = frechetDistance(diagonal([0, 0, 0], [1, 9, 0]), diagonal([0, 0, 0], [0, 4, 25]));
    expect(Math.abs(value - (1 + (3 - 2) ** 2 + 25))).toBeLessThan(1e-10);
  });

  test('points without any spread leave the distance of their means', () => {
    expect(frechetDistance(diagonal([3, 0], [0, 0]), diagonal([0, 4], [0, 0]))).toBe(25);
  });

  test('a constant feature, as a dead unit gives, changes nothing', async () => {
    const [a, b] = await Promise.all(
      ['a', 'b'].map((seed) => drawFeatures({ count: 50, dimension: 4, seed })),
    );
    const withDead = (features: typeof a) =>
      computeStatistics(
        featuresOf(
          Array.from({ length: 50 }, (_, row) => [...features!.values.subarray(row * 4, row * 4 + 4), 0]),
        ),
      );
    const plain = frechetDistance(computeStatistics(a!), computeStatistics(b!));
    expect(frechetDistance(withDead(a), withDead(b))).toBeCloseTo(plain, 11);
  });
});

describe('the references', () => {
  test('statistics and both distances agree to 1e-6', async () => {
    const { real, fake, realMean, realCovariance } = await referenceSets();
    const { rows } = await loadReference<ReferenceValues>('metrics/values.json');
    const { fid } = rows[0];
    const [a, b] = [computeStatistics(real), computeStatistics(fake)];
    expect(a.mean).toBeAllClose(realMean, { rtol: 1e-6, atol: 1e-8 });
    expect(a.covariance).toBeAllClose(realCovariance, { rtol: 1e-6, atol: 1e-8 });
    const unbiased = frechetDistance(a, b);
    const biased = frechetDistance(a, b, { covariance: 'biased' });
    for (const expected of [fid.exact_symmetric, fid.nvlabs_scipy, fid.studiogan_scipy]) {
      expect(unbiased).toBeAllClose(expected, { rtol: 1e-6, atol: 1e-8 });
    }
    for (const expected of [fid.exact_symmetric_biased_covariance, fid.nvlabs_with_biased_covariance]) {
      expect(biased).toBeAllClose(expected, { rtol: 1e-6, atol: 1e-8 });
    }
    // The option is no matter of rounding: one does not pass for the other.
    expect(unbiased).not.toBeAllClose(fid.exact_symmetric_biased_covariance, { rtol: 1e-6, atol: 1e-8 });
    // From 12 digits on we are the symmetric route.
    expect(unbiased / fid.exact_symmetric).toBeCloseTo(1, 11);
  });
});

const good = diagonal([0, 0], [1, 1]);
test.each<[string, FeatureStatistics, string, RegExp]>([
  ['another dimension', diagonal([0], [1]), 'E_SHAPE', /another dimension/],
  ['a single row', { ...good, count: 1 }, 'E_DATA', /at least 2 rows/],
  ['half a row', { ...good, count: 2.5 }, 'E_DATA', /whole number of rows/],
  ['NaN in the mean', gaussian([0, Number.NaN], [1, 0, 0, 1]), 'E_DATA', /mean\[1\]/],
  ['infinity in the covariance', gaussian([0, 0], [1, 0, 0, Infinity]), 'E_DATA', /covariance\[3\]/],
  ['a lopsided matrix', gaussian([0, 0], [1, 0.5, 0, 1]), 'E_DATA', /not symmetric at \[1, 0\]/],
  ['a negative variance', diagonal([0, 0], [1, -1]), 'E_DATA', /eigenvalue of -1/],
])('%s is refused, on either side', (_, bad, code, message) => {
  const acts = [() => frechetDistance(good, bad)];
  if (code !== 'E_SHAPE') acts.push(() => frechetDistance(bad, good));
  for (const act of acts) {
    expect(act).toThrow(TintypeError);
    expect(act).toThrow(message);
    expect(act).toThrow(expect.objectContaining({ code }));
  }
});

test('a misspelt option is refused, not passed over', () => {
  const options = { covarance: 'biased' } as FrechetDistanceOptions;
  expect(() => frechetDistance(good, good, options)).toThrow(/nearest is covariance/);
});

test('a biased distance of statistics that do not say their count is refused', () => {
  expect(() => frechetDistance({ ...good, count: undefined }, good, { covariance: 'biased' })).toThrow(
    /how many rows/,
  );
});
