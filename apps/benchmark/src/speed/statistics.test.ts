import { expect, test } from 'vitest';
import { summarize } from './statistics.ts';

test('best, median and p95 of times: the lowest is best, p95 lies at the high end', () => {
  const times = Array.from({ length: 101 }, (_, i) => 200 - i);
  expect(summarize(times, true)).toEqual({ best: 100, median: 150, p95: 195, n: 101 });
});

test('of rates the highest is best, p95 lies at the low end', () => {
  const rates = Array.from({ length: 101 }, (_, i) => i);
  expect(summarize(rates, false)).toEqual({ best: 100, median: 50, p95: 5, n: 101 });
});

test('between two values the median is half-way; one value is all there is', () => {
  expect(summarize([4, 1], true)).toMatchObject({ best: 1, median: 2.5 });
  expect(summarize([7], false)).toEqual({ best: 7, median: 7, p95: 7, n: 1 });
});

test('no values are an error, not a zero', () => {
  expect(() => summarize([], true)).toThrow(RangeError);
});
