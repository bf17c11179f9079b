import { expect, test } from 'vitest';
import { classHistogram } from './class-histogram.ts';

test('counts, shares, entropy and the smallest share, by hand', () => {
  const { total, counts, shares, smallestShare, entropy } = classHistogram([0, 2, 2, 1, 2, 0, 2, 2], 3);
  expect(total).toBe(8);
  expect(counts).toEqual([2, 1, 5]);
  expect(shares).toEqual([0.25, 0.125, 0.625]);
  expect(smallestShare).toBe(0.125);
  expect(entropy).toBeCloseTo(0.25 * Math.log(4) + 0.125 * Math.log(8) + 0.625 * Math.log(1.6), 14);
});

test('equal classes reach ln K; a class that is missing lowers both figures to where a collapse would show', () => {
  const every = Int32Array.from({ length: 1000 }, (_, i) => i % 10);
  expect(classHistogram(every, 10).entropy).toBeCloseTo(Math.log(10), 12);
  expect(classHistogram(every, 10).smallestShare).toBe(0.1);
  const collapsed = every.map((label) => (label === 3 ? 4 : label));
  expect(classHistogram(collapsed, 10).smallestShare).toBe(0);
  expect(classHistogram(collapsed, 10).entropy).toBeLessThan(Math.log(10) - 0.1);
  const one = classHistogram(new Int32Array(50), 10);
  expect([one.entropy, one.smallestShare]).toEqual([0, 0]);
});

test('labels that are no class, no labels and no classes are refused', () => {
  expect(() => classHistogram([0, 10], 10)).toThrow(expect.objectContaining({ code: 'E_LABEL' }));
  expect(() => classHistogram([0.5], 10)).toThrow(expect.objectContaining({ code: 'E_LABEL' }));
  expect(() => classHistogram([], 10)).toThrow(expect.objectContaining({ code: 'E_DATA' }));
  expect(() => classHistogram([0], 0)).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
});
