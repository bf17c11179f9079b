import { createRandomStream, selectBackend } from '@tintype/core-tensor';
import { createEightGaussians, createGrid25, type PointDataset } from '@tintype/datasets';
import { beforeAll, expect, test } from 'vitest';
import { drawFeatures, featuresOf } from '../features/drawn-features.test-support.ts';
import type { Features } from '../features/features.ts';
import { countModes } from './count-modes.ts';
import { eightGaussiansModes, grid25Modes } from './point-modes.ts';

beforeAll(async () => {
  await selectBackend({ backend: 'cpu' });
});

const options = { count: 2500, rng: createRandomStream(5) };
const pointsOf = ({ points, size }: PointDataset): Features => ({
  count: size,
  dimension: 2,
  values: points,
});
const keep = (set: PointDataset, isKept: (label: number) => boolean): Features =>
  featuresOf(
    Array.from(set.labels).flatMap((label, i) =>
      isKept(label) ? [[set.points[2 * i]!, set.points[2 * i + 1]!]] : [],
    ),
  );

test.each([
  ['the ring', createEightGaussians, eightGaussiansModes, 8],
  ['the grid', createGrid25, grid25Modes, 25],
] as const)(
  '%s itself covers every mode, each as often as it was drawn',
  async (_name, create, modes, total) => {
    const set = await create(options);
    const counted = countModes(pointsOf(set), modes);
    expect([counted.covered, counted.total]).toEqual([total, total]);
    // 1 − e^(−9/2) = 0.98889; the standard error of 2500 points is 0.0021.
    expect(Math.abs(counted.shareWithin - 0.98889)).toBeLessThan(0.0085);
    const drawn = new Array<number>(total).fill(0);
    for (const label of set.labels) drawn[label]! += 1;
    counted.counts.forEach((count, mode) => {
      expect(count).toBeLessThanOrEqual(drawn[mode]!);
      expect(count).toBeGreaterThan(0.9 * drawn[mode]!);
    });
  },
);

test('a generator that drops modes covers only those that it kept', async () => {
  const set = await createGrid25(options);
  const { covered, shareWithin, counts } = countModes(
    keep(set, (label) => label < 3),
    grid25Modes,
  );
  expect(covered).toBe(3);
  expect(shareWithin).toBeGreaterThan(0.97);
  expect(counts.slice(3).every((count) => count === 0)).toBe(true);
});

test('points all over the plane touch modes by chance but are hardly ever at one', async () => {
  const scattered = await drawFeatures({ count: 2500, dimension: 2, seed: 1, deviation: 3 });
  expect(countModes(scattered, grid25Modes).shareWithin).toBeLessThan(0.05);
  expect(countModes(scattered, grid25Modes, { minimumShare: 0.01 }).covered).toBe(0);
});

test('the radius and what a mode needs count as stated', () => {
  const modes = {
    centres: [
      [0, 0],
      [10, 0],
    ] as const,
    standardDeviation: 1,
  };
  const points = featuresOf([
    [0, 0],
    [0, 2.9],
    [3.1, 0],
    [10, -2],
    [5, 0],
  ]);
  expect(countModes(points, modes)).toEqual({ covered: 2, total: 2, shareWithin: 0.6, counts: [2, 1] });
  expect(countModes(points, modes, { minimumCount: 2 }).covered).toBe(1);
  expect(countModes(points, modes, { minimumShare: 0.4 }).covered).toBe(1);
  expect(countModes(points, modes, { minimumShare: 0.41 }).covered).toBe(0);
  expect(countModes(points, modes, { radius: 3.2 }).counts).toEqual([3, 1]);
});

test('points that are not of the plane, no points and impossible modes are refused', () => {
  const points = featuresOf([[0, 0]]);
  const refused = (run: () => unknown, code: string) =>
    expect(run).toThrow(expect.objectContaining({ code }));
  refused(() => countModes(featuresOf([[0, 0, 0]]), grid25Modes), 'E_SHAPE');
  refused(() => countModes({ count: 0, dimension: 2, values: new Float32Array(0) }, grid25Modes), 'E_DATA');
  refused(() => countModes(featuresOf([[Number.NaN, 0]]), grid25Modes), 'E_DATA');
  refused(() => countModes(points, { centres: [], standardDeviation: 1 }), 'E_CONFIG');
  refused(() => countModes(points, { centres: [[0, Number.NaN]], standardDeviation: 1 }), 'E_CONFIG');
  refused(() => countModes(points, grid25Modes, { radius: 0 }), 'E_CONFIG');
});
