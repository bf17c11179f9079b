import { tf } from '@tintype/core-tensor';
import { describeOnBackends, expectNoLeaks } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { frechetDistance } from '../frechet/frechet-distance.ts';
import { computeStatistics } from '../statistics/compute-statistics.ts';
import { collectFeatures } from './collect-features.ts';
import { createFeatureModel } from './create-feature-model.ts';

/** A model of one's own: each pixel is a feature. */
const pixels = () =>
  createFeatureModel({
    scoreName: 'FID-pixels',
    hash: '0123456789abcdef',
    dimension: 4,
    features: (images) => tf.reshape(images, [-1, 4]),
  });

const imagesOf = (rows: readonly (readonly number[])[]) => tf.tensor4d(rows.flat(), [rows.length, 2, 2, 1]);
const rows = [
  [0.5, -1, 0, 1],
  [0.25, 0, 0, -0.5],
  [-0.75, 1, 0.5, 0],
];

describeOnBackends('collectFeatures', () => {
  test('gives the features of every image in order, of iterables and asynchronous ones alike', async () => {
    const model = await pixels();
    async function* later() {
      yield imagesOf(rows.slice(0, 1));
      yield imagesOf(rows.slice(1));
    }
    const features = await collectFeatures(model, [imagesOf(rows.slice(0, 2)), imagesOf(rows.slice(2))]);
    expect(features).toEqual({ count: 3, dimension: 4, values: Float32Array.from(rows.flat()) });
    expect(await collectFeatures(model, later())).toEqual(features);
  });

  test('frees each batch before the next is asked for, and the rest where it throws', async () => {
    const model = await pixels();
    const before = tf.memory().numTensors;
    let isClosed = false;
    async function* counted(values: readonly number[]) {
      try {
        for (const value of values) {
          expect(tf.memory().numTensors).toBe(before);
          yield imagesOf([[0, 0, 0, value]]);
        }
      } finally {
        isClosed = true;
      }
    }
    await expectNoLeaks(() => collectFeatures(model, counted([0, 1, 0.5])));
    isClosed = false;
    await expect(collectFeatures(model, counted([0, Number.NaN, 1]))).rejects.toMatchObject({
      code: 'E_NON_FINITE',
    });
    expect(isClosed).toBe(true);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('images of another range, none at all and rows of another shape are refused', async () => {
    const model = await pixels();
    const before = tf.memory().numTensors;
    const collect = (values: readonly number[]) => collectFeatures(model, [imagesOf([values])]);
    await expect(collect([0, 0, 0, 255])).rejects.toThrow(/lie in \[-1, 1\].*0 to 255/s);
    await expect(collect([0, -1.1, 0, 0])).rejects.toMatchObject({ code: 'E_DATA' });
    expect((await collect([1, -1, 0, 0])).count).toBe(1);
    await expect(collectFeatures(model, [])).rejects.toMatchObject({ code: 'E_DATA' });
    await expect(collectFeatures({ ...model, dimension: 5 }, [imagesOf(rows)])).rejects.toMatchObject({
      code: 'E_SHAPE',
    });
    const broken = { ...model, features: (images: tf.Tensor4D) => tf.log(model.features(images)) };
    await expect(collectFeatures(broken, [imagesOf(rows)])).rejects.toThrow(
      /the model gave a value that is not finite/,
    );
    expect(tf.memory().numTensors).toBe(before);
  });
});

describeOnBackends(
  'a feature model of one’s own',
  () => {
    test('its Fréchet distance is that of its features: moved by 0.5 in one of four, 0.25', async () => {
      const model = await pixels();
      const grid = [-0.5, 0, 0.25, 0.5].flatMap((a) => [-0.25, 0, 0.5].map((b) => [a, b, a * b, b - a * a]));
      const moved = grid.map(([a, ...others]) => [a! + 0.5, ...others]);
      const statisticsOf = async (values: readonly (readonly number[])[]) =>
        computeStatistics(await collectFeatures(model, [imagesOf(values)]));
      const real = await statisticsOf(grid);
      expect(frechetDistance(real, await statisticsOf(moved))).toBeCloseTo(0.25, 6);
      expect(frechetDistance(real, await statisticsOf(grid))).toBeCloseTo(0, 6);
    });
  },
  { backends: ['cpu'] },
);
