import { createRandomStream, selectBackend, tf } from '@tintype/core-tensor';
import { beforeAll, expect, test } from 'vitest';
import type { Classifier } from '../features/feature-model.ts';
import { countStackedModes, type StackedReadings } from './count-stacked-modes.ts';
import { readStackedDigits } from './read-stacked-digits.ts';

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

/** Reads the class k of images whose pixels are all k / 10. */
const brightness: Classifier = {
  scoreName: 'brightness',
  hash: '0',
  dimension: 1,
  classNames: Array.from({ length: 10 }, (_, digit) => `${digit}`),
  features: (images) => images.mean([1, 2]),
  logits: (images) => {
    expect(images.shape[3]).toBe(1);
    return tf.tidy(() =>
      images.mean<tf.Tensor2D>([1, 2]).mul(10).sub(tf.range(0, 10).expandDims(0)).square().mul(-10),
    );
  },
  dispose: () => undefined,
};

/** Batches of flat 2×2 images with these digits in their channels. */
function* stacked(digits: readonly (readonly number[])[], batchSize: number): Generator<tf.Tensor4D> {
  for (let first = 0; first < digits.length; first += batchSize) {
    const batch = digits.slice(first, first + batchSize);
    yield tf.tidy(() =>
      tf.tensor(batch).div(10).reshape([batch.length, 1, 1, 3]).tile<tf.Tensor4D>([1, 2, 2, 1]),
    );
  }
}

test('each channel of each image is read, whatever the batches, and nothing is left behind', async () => {
  const order = createRandomStream(1).permutation(1000).slice(0, 11);
  const digits = Array.from(order, (mode) => [Math.floor(mode / 100), Math.floor(mode / 10) % 10, mode % 10]);
  const { numTensors } = tf.memory();
  for (const batchSize of [4, 11]) {
    const readings = await readStackedDigits(brightness, stacked(digits, batchSize));
    readings.forEach((reading, channel) => {
      expect(Array.from(reading)).toEqual(digits.map((image) => image[channel]));
    });
    const { counts } = countStackedModes(readings);
    expect(counts.flatMap((count, mode) => (count > 0 ? [mode] : []))).toEqual(
      [...order].sort((a, b) => a - b),
    );
  }
  expect(tf.memory().numTensors).toBe(numTensors);
});

test('images that are not of three channels and no images are refused, and freed', async () => {
  const { numTensors } = tf.memory();
  const refused = (batches: Iterable<tf.Tensor4D>, code: string) =>
    expect(readStackedDigits(brightness, batches)).rejects.toThrow(expect.objectContaining({ code }));
  await refused([tf.zeros<tf.Rank.R4>([1, 2, 2, 1])], 'E_SHAPE');
  await refused([], 'E_DATA');
  expect(tf.memory().numTensors).toBe(numTensors);
});
