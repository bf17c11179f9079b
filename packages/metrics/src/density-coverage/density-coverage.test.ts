import { TintypeError } from '@tintype/core-tensor';
import { loadReference } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { drawFeatures, featuresOf } from '../features/drawn-features.test-support.ts';
import { drawModes, firstRows, shifted } from '../features/drawn-modes.test-support.ts';
import { type ReferenceValues, referenceSets } from '../features/reference-values.test-support.ts';
import { densityCoverage } from './density-coverage.ts';

test('the counts are those of the references, for k = 3 and k = 5', async () => {
  const { real, fake } = await referenceSets();
  const [row] = (await loadReference<ReferenceValues>('metrics/values.json')).rows;
  for (const [neighbors, reference] of [
    [3, row.prdc_k3],
    [5, row.prdc_k5],
  ] as const) {
    const { density, coverage } = densityCoverage(real, fake, { neighbors });
    const scale = neighbors * fake.count;
    expect(Math.abs(density * scale - Math.round(density * scale))).toBeLessThan(1e-9);
    expect(Math.round(density * scale)).toBe(Math.round(reference.density * scale));
    expect(coverage).toBe(reference.coverage);
  }
  expect(densityCoverage(real, fake)).toEqual(densityCoverage(real, fake, { neighbors: 5 }));
  expect(densityCoverage(real, fake, { neighbors: 4 }).density).not.toBe(row.prdc_k5.density);
});

test('identical sets: coverage 1, density (k + 1)/k for the k neighbours and the copy itself', async () => {
  const set = await drawFeatures({ count: 80, dimension: 6, seed: 'same' });
  const { density, coverage } = densityCoverage(set, { ...set, values: set.values.slice() });
  expect(coverage).toBe(1);
  expect(density).toBeCloseTo(6 / 5, 12);
  expect(densityCoverage(set, shifted(set, 100))).toEqual({ density: 0, coverage: 0 });
});

test('fresh draws of one distribution have a density near 1 and cover nearly all', async () => {
  const [real, fake] = [await drawModes(1, 600, 'real'), await drawModes(1, 600, 'fake')];
  const { density, coverage } = densityCoverage(real, fake);
  expect(Math.abs(density - 1)).toBeLessThan(0.1);
  expect(coverage).toBeGreaterThan(0.92);
  // Crowded into the middle: as dense as the data, but covering less. Blown up: mostly outside, so less dense.
  const scaled = (factor: number) =>
    densityCoverage(real, { ...fake, values: fake.values.map((value) => value * factor) });
  expect(scaled(0.3).coverage).toBeLessThan(coverage - 0.2);
  expect(Math.abs(scaled(0.3).density - 1)).toBeLessThan(0.1);
  expect(scaled(3).density).toBeLessThan(0.3);
});

test.each([2, 5])('with %i modes of which one is made, coverage is 1/K', async (modes) => {
  const real = await drawModes(modes, 20, 'real');
  const { density, coverage } = densityCoverage(real, firstRows(real, 20));
  expect(coverage).toBe(1 / modes);
  expect(density).toBeCloseTo(6 / 5, 12);
});

test('a row on the radius is inside, one just beyond is outside', () => {
  const real = featuresOf([[0], [2]]);
  const at = (place: number) => densityCoverage(real, featuresOf([[place]]), { neighbors: 1 });
  expect(at(4)).toEqual({ density: 1, coverage: 0.5 });
  expect(at(4 + 1e-12)).toEqual({ density: 0, coverage: 0 });
});

const few = featuresOf([[0], [1], [2], [3]]);
test.each<[string, () => unknown, string, RegExp]>([
  ['k of all rows', () => densityCoverage(few, few, { neighbors: 4 }), 'E_CONFIG', /of real.*got 4.*1 to 3/],
  ['two dimensions', () => densityCoverage(few, featuresOf([[1, 2]])), 'E_SHAPE', /got 2, expected 1/],
  ['NaN', () => densityCoverage(featuresOf([[0], [Number.NaN]]), few), 'E_DATA', /row 1 is not finite/],
])('%s is refused', (_, act, code, message) => {
  expect(act).toThrow(TintypeError);
  expect(act).toThrow(message);
  expect(act).toThrow(expect.objectContaining({ code }));
});
