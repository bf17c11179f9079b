import { expect, test } from 'vitest';
import { fuzzNpz } from './fuzz-npz.test-support.ts';
import { readStatisticsNpz } from './read-statistics-npz.ts';

test('2 million mutated archives give the right statistics or a typed error, each within 50 ms', () => {
  const report = fuzzNpz(readStatisticsNpz, 2_000_000, 1941);
  expect(report.slowestMs).toBeLessThan(50);
  expect(report.accepted + report.refused).toBe(2_000_000);
});
