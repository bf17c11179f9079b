import { unzipSync } from 'fflate';
import { expect, test } from 'vitest';
import { fuzzNpz } from './fuzz-npz.test-support.ts';
import { parseNpy } from './parse-npy.ts';
import { readStatisticsNpz } from './read-statistics-npz.ts';

test('50 000 mutated archives give the right statistics or a typed error, each within 50 ms', () => {
  const report = fuzzNpz(readStatisticsNpz, 50_000, 41);
  expect(report.accepted).toBeGreaterThan(7_500);
  expect(report.refused).toBeGreaterThan(20_000);
  expect(report.slowestMs).toBeLessThan(50);
});

test('a reader that trusts its unpacker fails the same fuzzing', () => {
  const trusting = (bytes: Uint8Array) => {
    const files = unzipSync(bytes);
    const [mean, covariance] = [parseNpy(files['mu.npy']!), parseNpy(files['sigma.npy']!)];
    return { count: undefined, mean: mean.values, covariance: covariance.values };
  };
  expect(() => fuzzNpz(trusting, 2000, 41)).toThrow(/untyped error|read wrong/);
});

test('a reader that skips the checksums reads wrong', () => {
  const unchecked = (bytes: Uint8Array) => {
    try {
      const files = unzipSync(bytes);
      const [mean, covariance] = [parseNpy(files['mu.npy']!), parseNpy(files['sigma.npy']!)];
      return { count: undefined, mean: mean.values, covariance: covariance.values };
    } catch {
      return readStatisticsNpz(bytes); // typed
    }
  };
  expect(() => fuzzNpz(unchecked, 2000, 41)).toThrow(/read wrong/);
});
