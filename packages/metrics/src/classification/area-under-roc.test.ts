import { expect, test } from 'vitest';
import { drawFeatures } from '../features/drawn-features.test-support.ts';
import { areaUnderRoc } from './area-under-roc.ts';

test('separated scores give 1, swapped ones 0, equal ones one half', () => {
  expect(areaUnderRoc([3, 4], [1, 2])).toBe(1);
  expect(areaUnderRoc([1, 2], [3, 4])).toBe(0);
  expect(areaUnderRoc([7, 7, 7], [7, 7])).toBe(0.5);
});

test('ties count one half: pairs by hand', () => {
  // Of 12 pairs: 3 beats 1, 2 (and ties 3, 3), 2 beats 1 and ties 2, 5 beats all four.
  expect(areaUnderRoc([3, 2, 5], [1, 2, 3, 3])).toBe((2 + 1 + 1 + 0.5 + 4) / 12);
  expect(areaUnderRoc([Number.POSITIVE_INFINITY], [Number.POSITIVE_INFINITY, 0])).toBe(0.75);
});

test('two normal distributions d apart give Φ(d / √2), and no shift gives chance', async () => {
  const draw = async (seed: string, mean: number) =>
    (await drawFeatures({ count: 4000, dimension: 1, seed, mean })).values;
  const negatives = await draw('negatives', 0);
  // Φ(1.5 / √2) = 0.855578; the standard error of 4000 by 4000 scores is about 0.004.
  expect(Math.abs(areaUnderRoc(await draw('positives', 1.5), negatives) - 0.855578)).toBeLessThan(0.016);
  expect(Math.abs(areaUnderRoc(await draw('positives', 0), negatives) - 0.5)).toBeLessThan(0.025);
});

test('an empty side and NaN are refused', () => {
  expect(() => areaUnderRoc([], [1])).toThrow(expect.objectContaining({ code: 'E_DATA' }));
  expect(() => areaUnderRoc([1], [Number.NaN])).toThrow(/negatives: a score is NaN/);
});
