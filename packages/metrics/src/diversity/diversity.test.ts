import { expect, test } from 'vitest';
import { drawFeatures, featuresOf } from '../features/drawn-features.test-support.ts';
import type { Features } from '../features/features.ts';
import { pairwiseDistance } from './pairwise-distance.ts';
import { withinClassDiversity } from './within-class-diversity.ts';

test('the mean over the pairs, by hand; equal rows have none', () => {
  expect(
    pairwiseDistance(
      featuresOf([
        [0, 0],
        [3, 4],
        [0, 0],
      ]),
    ),
  ).toBeCloseTo(10 / 3, 14);
  expect(
    pairwiseDistance(
      featuresOf([
        [1, 2],
        [1, 2],
      ]),
    ),
  ).toBe(0);
});

test('normal numbers lie 2/√π apart on average', async () => {
  const drawn = await drawFeatures({ count: 1500, dimension: 1, seed: 1 });
  expect(Math.abs(pairwiseDistance(drawn) - 2 / Math.sqrt(Math.PI))).toBeLessThan(0.06);
});

const labels = Array.from({ length: 400 }, (_, i) => i % 4);
/** Four classes, 10 apart; within each, normal numbers of the given deviation. */
async function fourClasses(seed: string, deviations: readonly number[]): Promise<Features> {
  const drawn = await drawFeatures({ count: 400, dimension: 3, seed });
  const values = drawn.values.map((value, i) => {
    const label = labels[Math.floor(i / 3)]!;
    return 10 * label + deviations[label]! * value;
  });
  return { ...drawn, values };
}

test('the ratio is that of the deviations, class by class, whatever lies between the classes', async () => {
  const real = await fourClasses('real', [1, 1, 2, 1]);
  const measure = async (deviations: readonly number[]) =>
    withinClassDiversity({
      real,
      realLabels: labels,
      fake: await fourClasses('fake', deviations),
      fakeLabels: labels,
      numClasses: 4,
    });
  const equal = await measure([1, 1, 2, 1]);
  for (const ratio of equal.perClass) expect(Math.abs(ratio - 1)).toBeLessThan(0.15);
  const oneCollapsed = await measure([1, 0, 2, 0.5]);
  expect(oneCollapsed.perClass[1]).toBe(0);
  expect(oneCollapsed.smallest).toBe(0);
  expect(Math.abs(oneCollapsed.perClass[3]! - 0.5)).toBeLessThan(0.08);
  expect(oneCollapsed.mean).toBeLessThan(0.7);
});

test('a class of one row, labels that are missing, and real rows that are all equal are refused', () => {
  const real = featuresOf([[0], [1], [2], [4]]);
  const good = { real, realLabels: [0, 0, 1, 1], fake: real, fakeLabels: [0, 0, 1, 1], numClasses: 2 };
  const refused = (change: object, code: string) =>
    expect(() => withinClassDiversity({ ...good, ...change })).toThrow(expect.objectContaining({ code }));
  expect(withinClassDiversity(good).perClass).toEqual([1, 1]);
  refused({ fakeLabels: [0, 1, 1, 1] }, 'E_DATA');
  refused({ realLabels: [0, 0, 1] }, 'E_LABEL');
  refused({ numClasses: 3 }, 'E_DATA');
  refused({ real: featuresOf([[0], [0], [1], [2]]) }, 'E_DATA');
  expect(() => pairwiseDistance(featuresOf([[1]]))).toThrow(expect.objectContaining({ code: 'E_DATA' }));
});
