import { createRandomStream, selectBackend, tf } from '@tintype/core-tensor';
import { beforeAll, expect, test } from 'vitest';
import { countStackedModes, type StackedReadings } from './count-stacked-modes.ts';

beforeAll(async () => {
  await selectBackend({ backend: 'cpu' });
});

/** Readings of n images whose modes are drawn uniformly from the first `modes`. */
function drawReadings(n: number, modes: number): StackedReadings {
  const drawn = tf.tidy(() => createRandomStream(8).integers<tf.Rank.R1>([n], 0, modes).dataSync());
  return [
    drawn.map((m) => Math.floor(m / 100)),
    drawn.map((m) => Math.floor(m / 10) % 10),
    drawn.map((m) => m % 10),
  ];
}

test('every mode once: all covered, no divergence, each at its own index', () => {
  const all = Array.from({ length: 1000 }, (_, mode) => mode);
  const readings = [100, 10, 1].map((unit) => all.map((mode) => Math.floor(mode / unit) % 10));
  const { covered, total, divergence, counts } = countStackedModes(readings as unknown as StackedReadings);
  expect([covered, total]).toEqual([1000, 1000]);
  expect(Math.abs(divergence)).toBeLessThan(1e-12);
  expect(counts.every((count) => count === 1)).toBe(true);
  expect(countStackedModes([[1], [2], [3]]).counts.indexOf(1)).toBe(123);
});

test('a perfect generator reaches the floor that its number of images allows', () => {
  const { covered, divergence, divergenceFloor } = countStackedModes(drawReadings(26_000, 1000));
  expect(covered).toBe(1000);
  // 2n·KL is χ² with 999 degrees of freedom: 3σ is 3·√1998 / 52000.
  expect(Math.abs(divergence - divergenceFloor)).toBeLessThan((3 * Math.sqrt(1998)) / 52_000);
});

test('a generator of 100 modes covers 100 and diverges by ln 10', () => {
  const { covered, divergence } = countStackedModes(drawReadings(26_000, 100));
  expect(covered).toBe(100);
  expect(divergence).toBeCloseTo(Math.log(10), 2);
  expect(
    countStackedModes([
      [4, 4],
      [4, 4],
      [4, 4],
    ]),
  ).toMatchObject({ covered: 1, divergence: Math.log(1000) });
});

test('a mode that needs more images than it has is not covered', () => {
  const readings: StackedReadings = [
    [0, 0, 1],
    [0, 0, 1],
    [0, 0, 1],
  ];
  expect(countStackedModes(readings, { numClasses: 2 }).covered).toBe(2);
  expect(countStackedModes(readings, { numClasses: 2, minimumCount: 2 }).covered).toBe(1);
});

test('channels of different lengths, readings that are no digit and no images are refused', () => {
  const refused = (readings: StackedReadings, code: string) =>
    expect(() => countStackedModes(readings)).toThrow(expect.objectContaining({ code }));
  refused([[1, 2], [1], [1, 2]], 'E_LABEL');
  refused([[1], [10], [1]], 'E_LABEL');
  refused([[], [], []], 'E_DATA');
});
