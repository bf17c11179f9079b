import { createRandomStream, selectBackend, tf } from '@tintype/core-tensor';
import { beforeAll, expect, test } from 'vitest';
import type { Classifier } from '../features/feature-model.ts';
import { countStackedModes } from './count-stacked-modes.ts';
import { readStackedDigits } from './read-stacked-digits.ts';

beforeAll(async () => {
  await selectBackend({ backend: 'cpu' });
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
