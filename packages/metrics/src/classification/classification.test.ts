import { createRandomStream } from '@tintype/core-tensor';
import { expect, test } from 'vitest';
import { drawFeatures, featuresOf } from '../features/drawn-features.test-support.ts';
import type { Features } from '../features/features.ts';
import { areaUnderRoc } from './area-under-roc.ts';
import { classHistogram } from './class-histogram.ts';
import { classificationAccuracy } from './classification-accuracy.ts';
import { nearestNeighborAccuracy } from './nearest-neighbor-accuracy.ts';
import { perClassAccuracy } from './per-class-accuracy.ts';

test('a histogram holds counts, shares, entropy and the smallest share, by hand', () => {
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

test('a histogram of labels that are no class, of no labels and of no classes is refused', () => {
  expect(() => classHistogram([0, 10], 10)).toThrow(expect.objectContaining({ code: 'E_LABEL' }));
  expect(() => classHistogram([0.5], 10)).toThrow(expect.objectContaining({ code: 'E_LABEL' }));
  expect(() => classHistogram([], 10)).toThrow(expect.objectContaining({ code: 'E_DATA' }));
  expect(() => classHistogram([0], 0)).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
});

const expected = [0, 0, 0, 0, 1, 1, 2, 2];

test('accuracy is the share that agrees', () => {
  expect(classificationAccuracy(expected, expected)).toBe(1);
  expect(classificationAccuracy([0, 0, 0, 0, 1, 0, 0, 0], expected)).toBe(5 / 8);
  expect(classificationAccuracy([1, 1, 1, 1, 2, 2, 0, 0], expected)).toBe(0);
});

test('a class that is never right shows in its own line, not in the total', () => {
  const predicted = [0, 0, 0, 0, 1, 1, 1, 1];
  expect(classificationAccuracy(predicted, expected)).toBe(0.75);
  expect(perClassAccuracy(predicted, expected, 3)).toEqual({ perClass: [1, 1, 0], mean: 2 / 3, smallest: 0 });
});

test('labels shuffled over ten classes are right about one time in ten', () => {
  const labels = Array.from({ length: 1000 }, (_, i) => i % 10);
  const shifted = labels.map((label, i) => (label + Math.floor(i / 10)) % 10);
  expect(classificationAccuracy(shifted, labels)).toBeCloseTo(0.1, 10);
});

test('an accuracy of lengths, labels and classes that do not fit is refused', () => {
  expect(() => classificationAccuracy([0], [0, 1])).toThrow(expect.objectContaining({ code: 'E_LABEL' }));
  expect(() => classificationAccuracy([-1], [0])).toThrow(expect.objectContaining({ code: 'E_LABEL' }));
  expect(() => classificationAccuracy([], [])).toThrow(expect.objectContaining({ code: 'E_DATA' }));
  expect(() => perClassAccuracy([0, 3], [0, 1], 3)).toThrow(expect.objectContaining({ code: 'E_LABEL' }));
  expect(() => perClassAccuracy([0, 1], [0, 1], 3)).toThrow(/none of class 2/);
});

const reference = featuresOf([[0], [1], [2], [10], [11]]);
const referenceLabels = [0, 1, 1, 2, 2];
const predict = (row: number, neighbors: number) =>
  nearestNeighborAccuracy({
    reference,
    referenceLabels,
    queries: featuresOf([[row]]),
    queryLabels: [0],
    neighbors,
  }).predicted[0];

test('the neighbours vote, and of equal votes the nearest decides', () => {
  expect(predict(0.1, 1)).toBe(0);
  expect(predict(0.1, 3)).toBe(1);
  expect(predict(0.4, 2)).toBe(0);
  expect(predict(10.4, 4)).toBe(2);
});

/** Three clusters in the plane, `apart` from each other, each number with deviation 1. */
async function clusters(seed: string, apart: number): Promise<{ points: Features; labels: number[] }> {
  const { values, ...sizes } = await drawFeatures({ count: 300, dimension: 2, seed });
  const labels = Array.from({ length: 300 }, (_, i) => i % 3);
  return { points: { ...sizes, values: values.map((value, i) => value + apart * ((i >> 1) % 3)) }, labels };
}

test('clusters far apart are named right, clusters in one place by chance, and shuffled labels by chance', async () => {
  const measure = async (apart: number, shuffle = false) => {
    const [known, asked] = [await clusters('known', apart), await clusters('asked', apart)];
    const order = createRandomStream(2).permutation(300);
    return nearestNeighborAccuracy({
      reference: known.points,
      referenceLabels: shuffle ? known.labels.map((_, i) => known.labels[order[i]!]!) : known.labels,
      queries: asked.points,
      queryLabels: asked.labels,
    }).accuracy;
  };
  expect(await measure(8)).toBeGreaterThan(0.99);
  // Chance is 1/3 with a standard error of 0.027.
  expect(Math.abs((await measure(0)) - 1 / 3)).toBeLessThan(0.1);
  expect(Math.abs((await measure(8, true)) - 1 / 3)).toBeLessThan(0.15);
});

test('k-NN with too many neighbours, labels that are missing and other dimensions is refused', () => {
  const good = { reference, referenceLabels, queries: featuresOf([[0]]), queryLabels: [0] };
  const refused = (change: object, code: string) =>
    expect(() => nearestNeighborAccuracy({ ...good, ...change })).toThrow(expect.objectContaining({ code }));
  refused({ neighbors: 6 }, 'E_DATA');
  refused({ neighbors: 0 }, 'E_CONFIG');
  refused({ referenceLabels: [0] }, 'E_LABEL');
  refused({ queries: featuresOf([[0, 1]]) }, 'E_SHAPE');
});

test('AUROC: separated scores give 1, swapped ones 0, equal ones one half', () => {
  expect(areaUnderRoc([3, 4], [1, 2])).toBe(1);
  expect(areaUnderRoc([1, 2], [3, 4])).toBe(0);
  expect(areaUnderRoc([7, 7, 7], [7, 7])).toBe(0.5);
});

test('AUROC: ties count one half, pairs by hand', () => {
  // Of 12 pairs: 3 beats 1, 2 (and ties 3, 3), 2 beats 1 and ties 2, 5 beats all four.
  expect(areaUnderRoc([3, 2, 5], [1, 2, 3, 3])).toBe((2 + 1 + 1 + 0.5 + 4) / 12);
  expect(areaUnderRoc([Number.POSITIVE_INFINITY], [Number.POSITIVE_INFINITY, 0])).toBe(0.75);
});

test('AUROC: two normal distributions d apart give Φ(d / √2), and no shift gives chance', async () => {
  const draw = async (seed: string, mean: number) =>
    (await drawFeatures({ count: 4000, dimension: 1, seed, mean })).values;
  const negatives = await draw('negatives', 0);
  // Φ(1.5 / √2) = 0.855578; the standard error of 4000 by 4000 scores is about 0.004.
  expect(Math.abs(areaUnderRoc(await draw('positives', 1.5), negatives) - 0.855578)).toBeLessThan(0.016);
  expect(Math.abs(areaUnderRoc(await draw('positives', 0), negatives) - 0.5)).toBeLessThan(0.025);
});

test('AUROC: an empty side and NaN are refused', () => {
  expect(() => areaUnderRoc([], [1])).toThrow(expect.objectContaining({ code: 'E_DATA' }));
  expect(() => areaUnderRoc([1], [Number.NaN])).toThrow(/negatives: a score is NaN/);
});
