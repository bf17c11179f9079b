import { TintypeError } from '@tintype/core-tensor';
import { loadReference } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { drawFeatures, featuresOf } from '../features/drawn-features.test-support.ts';
import { drawModes, firstRows, shifted } from '../features/drawn-modes.test-support.ts';
import { type ReferenceValues, referenceSets } from '../features/reference-values.test-support.ts';
import { neighborRadii } from '../neighbors/neighbor-radii.ts';
import { type NeighborOptions, precisionRecall } from './precision-recall.ts';

test('the counts are those of the references, for k = 3 and k = 5', async () => {
  const { real, fake } = await referenceSets();
  const [row] = (await loadReference<ReferenceValues>('metrics/values.json')).rows;
  const counts = ({ precision, recall }: { precision: number; recall: number }) => [
    precision * fake.count,
    recall * real.count,
  ];
  for (const [neighbors, references] of [
    [3, [row.prdc_k3, row.precision_recall_nvlabs_float32_k3, row.precision_recall_nvlabs_float16_k3]],
    [5, [row.prdc_k5, row.precision_recall_nvlabs_float32_k5, row.precision_recall_nvlabs_float16_k5]],
  ] as const) {
    const ours = counts(precisionRecall(real, fake, { neighbors }));
    // Shares kept as float32 are the same whole counts after rounding.
    for (const reference of references) expect(ours).toEqual(counts(reference).map(Math.round));
  }
  expect(precisionRecall(real, fake)).toEqual(precisionRecall(real, fake, { neighbors: 3 }));
  // Counting the point itself as its neighbour would be one less: another result.
  expect(counts(precisionRecall(real, fake, { neighbors: 2 }))).not.toEqual(counts(row.prdc_k3));
});

test('both are 1 on identical sets, and 0 on sets that are apart', async () => {
  const set = await drawFeatures({ count: 80, dimension: 6, seed: 'same' });
  expect(precisionRecall(set, { ...set, values: set.values.slice() })).toEqual({ precision: 1, recall: 1 });
  expect(precisionRecall(set, shifted(set, 100))).toEqual({ precision: 0, recall: 0 });
});

test.each([2, 5, 10])('with %i modes of which one is made, recall is 1/K and precision 1', async (modes) => {
  const real = await drawModes(modes, 20, 'real');
  expect(precisionRecall(real, firstRows(real, 20))).toEqual({ precision: 1, recall: 1 / modes });
  // All modes again: recall is 1 again.
  expect(precisionRecall(real, firstRows(real, 20 * modes)).recall).toBe(1);
});

test('removed modes lower recall alone, fakes between the modes lower precision alone', async () => {
  const [real, others] = [await drawModes(4, 50, 'real'), await drawModes(4, 50, 'others')];
  const half = precisionRecall(real, firstRows(others, 100));
  expect(half.precision).toBeGreaterThan(0.8);
  expect(half.recall).toBeGreaterThan(0.4);
  expect(half.recall).toBeLessThanOrEqual(0.5);
  const noise = await drawFeatures({ count: 100, dimension: 3, seed: 'noise', mean: 50, deviation: 2 });
  const values = Float64Array.from([...others.values, ...noise.values]);
  const strayed = precisionRecall(real, { count: others.count + noise.count, dimension: 3, values });
  expect(strayed.recall).toBeGreaterThan(0.8);
  expect(strayed.precision).toBeLessThanOrEqual(200 / 300);
  expect(strayed.precision).toBeGreaterThan(0.5);
});

test('a row on the radius is inside, one just beyond is outside', () => {
  // k = 1: the balls of real are [0, 2] around 0 … , all of radius 2 exactly.
  const real = featuresOf([[0], [2]]);
  const at = (place: number) =>
    precisionRecall(real, featuresOf([[place], [place]]), { neighbors: 1 }).precision;
  expect([at(4), at(-2), at(4 + 1e-12), at(-2 - 1e-12)]).toEqual([1, 1, 0, 0]);
});

test('radii are those of all distances sorted, across blocks of rows and with ties', async () => {
  const drawn = await drawFeatures({ count: 1100, dimension: 2, seed: 'radii', deviation: 8 });
  const { values } = drawn;
  const rounded = { ...drawn, values: values.map(Math.round) };
  const radii = neighborRadii(rounded, 4, 'test');
  for (const row of [0, 1, 511, 512, 700, 1023, 1024, 1099]) {
    const distances = Float64Array.from({ length: 1100 }, (_, other) =>
      [0, 1].reduce(
        (sum, k) => sum + (rounded.values[2 * row + k]! - rounded.values[2 * other + k]!) ** 2,
        0,
      ),
    ).sort();
    // The first is the row itself.
    expect(radii[row]).toBe(distances[4]);
  }
  expect(new Set(radii).size).toBeGreaterThan(5);
});

test('duplicates are neighbours at distance 0: only another copy is inside their ball', () => {
  const real = featuresOf([[1], [1], [5], [5]]);
  const fake = featuresOf([[1], [1.001], [5], [7]]);
  expect(precisionRecall(real, fake, { neighbors: 1 }).precision).toBe(0.5);
});

const few = featuresOf([[0], [1], [2], [3]]);
test.each<[string, () => unknown, string, RegExp]>([
  ['k of all rows', () => precisionRecall(few, few, { neighbors: 4 }), 'E_CONFIG', /got 4.*1 to 3/],
  ['k = 0', () => precisionRecall(few, few, { neighbors: 0 }), 'E_CONFIG', /got 0/],
  [
    'a misspelt option',
    () => precisionRecall(few, few, { neighbours: 2 } as NeighborOptions),
    'E_UNKNOWN_OPTION',
    /nearest is neighbors/,
  ],
  ['k = 1.5', () => precisionRecall(few, few, { neighbors: 1.5 }), 'E_CONFIG', /got 1.5/],
  ['too few fakes', () => precisionRecall(few, featuresOf([[0], [1]])), 'E_CONFIG', /of fake.*2 rows/],
  ['two dimensions', () => precisionRecall(few, featuresOf([[1, 2]])), 'E_SHAPE', /got 2, expected 1/],
  ['NaN', () => precisionRecall(few, featuresOf([[0], [Number.NaN]])), 'E_DATA', /row 1 is not finite/],
])('%s is refused', (_, act, code, message) => {
  expect(act).toThrow(TintypeError);
  expect(act).toThrow(message);
  expect(act).toThrow(expect.objectContaining({ code }));
});
