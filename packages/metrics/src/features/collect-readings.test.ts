import { tf } from '@tintype/core-tensor';
import { describeOnBackends, expectNoLeaks } from '@tintype/core-tensor/testing';
import { expect, test, vi } from 'vitest';
import { classify, collectReadings } from './collect-readings.ts';
import type { Classifier } from './feature-model.ts';

/** Images of two pixels: the features are their sum, the logits are the pixels. */
const twoPixels: Classifier = {
  scoreName: 'FID-two-pixels',
  hash: '0123456789abcdef',
  dimension: 1,
  classNames: ['left', 'right'],
  features: (images) => tf.tidy(() => tf.reshape(images.sum([1, 2, 3]), [-1, 1])),
  logits: (images) => tf.reshape(images, [-1, 2]),
  dispose: () => {},
};
const rows = [
  [1, 0],
  [-0.5, 0.5],
  [0.25, 0.25],
];
const imagesOf = (some: readonly (readonly number[])[]) => tf.tensor4d(some.flat(), [some.length, 1, 2, 1]);
const batches = () => [imagesOf(rows.slice(0, 1)), imagesOf(rows.slice(1))];

describeOnBackends('collectReadings', () => {
  test('gives features, probabilities and the likeliest class, of two that are equal the first', async () => {
    const { features, probabilities, labels } = await collectReadings(twoPixels, batches());
    expect(features).toEqual({ count: 3, dimension: 1, values: Float32Array.of(1, 0, 0.5) });
    expect([...labels]).toEqual([0, 1, 0]);
    expect(probabilities).toMatchObject({ count: 3, dimension: 2 });
    const expected = rows.flatMap(([left, right]) => {
      const sum = Math.exp(left!) + Math.exp(right!);
      return [Math.exp(left!) / sum, Math.exp(right!) / sum];
    });
    await expect(probabilities.values).toBeAllClose(expected);
    expect(await classify(twoPixels, batches())).toEqual({ probabilities, labels });
  });

  test('takes both from one pass where the classifier can, and leaks nothing either way', async () => {
    const read = vi.fn((images: tf.Tensor4D) => ({
      features: twoPixels.features(images),
      logits: twoPixels.logits(images),
    }));
    const features = vi.fn(twoPixels.features);
    const both = await collectReadings({ ...twoPixels, features, read }, batches());
    expect([read.mock.calls.length, features.mock.calls.length]).toEqual([2, 0]);
    expect(both).toEqual(await collectReadings(twoPixels, batches()));
    await expectNoLeaks(() => collectReadings({ ...twoPixels, read }, batches()));
    await expectNoLeaks(() => collectReadings(twoPixels, batches()));
    await expectNoLeaks(() => classify(twoPixels, batches()));
  });
});
