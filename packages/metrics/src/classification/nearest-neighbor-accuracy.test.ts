import { createRandomStream } from '@tintype/core-tensor';
import { expect, test } from 'vitest';
import { drawFeatures, featuresOf } from '../features/drawn-features.test-support.ts';
import type { Features } from '../features/features.ts';
import { nearestNeighborAccuracy } from './nearest-neighbor-accuracy.ts';

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

test('too many neighbours, labels that are missing and other dimensions are refused', () => {
  const good = { reference, referenceLabels, queries: featuresOf([[0]]), queryLabels: [0] };
  const refused = (change: object, code: string) =>
    expect(() => nearestNeighborAccuracy({ ...good, ...change })).toThrow(expect.objectContaining({ code }));
  refused({ neighbors: 6 }, 'E_DATA');
  refused({ neighbors: 0 }, 'E_CONFIG');
  refused({ referenceLabels: [0] }, 'E_LABEL');
  refused({ queries: featuresOf([[0, 1]]) }, 'E_SHAPE');
});
