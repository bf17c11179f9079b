import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends, expectNoLeaks } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { createNoiseSchedule } from '../noise-schedule/index.ts';
import { createGaussianDenoiser } from '../samplers/gaussian-denoiser.test-support.ts';
import { interpolateImages } from './interpolate-images.ts';

const schedule = createNoiseSchedule({ kind: 'linear', timesteps: 1000 });
const data = { mean: 0.1, deviation: 0.4 };
// Data of 64 independent pixels: images lie on a shell around the mean.
const shape: [number, number, number, number] = [2, 8, 8, 1];
const draw = (name: string) => createRandomStream(name).normal<tf.Rank.R4>(shape, data.mean, data.deviation);
const options = { numInferenceSteps: 40, fixedPointIterations: 4 };

describeOnBackends('interpolateImages', () => {
  test('each row begins and ends with its images', async () => {
    const [from, to] = [draw('a'), draw('b')];
    const path = await interpolateImages(createGaussianDenoiser(data), schedule, from, to, 3, options);
    expect(path.shape).toEqual([6, 8, 8, 1]);
    const ends = tf.gather(path, [0, 3, 2, 5]);
    expect(ends).toBeAllClose(tf.concat([from, to]), { atol: 0.02 });
    // Row 1 is not row 0: the negative control.
    expect(tf.gather(path, [3, 0, 2, 5])).not.toBeAllClose(tf.concat([from, to]), { atol: 0.5 });
  });

  test('halfway the images deviate as data does; on a straight way they do not', async () => {
    const deviationAt = async (kind: 'linear' | 'spherical') => {
      const denoiser = createGaussianDenoiser(data);
      const path = await interpolateImages(denoiser, schedule, draw('a'), draw('b'), 3, { ...options, kind });
      return Math.sqrt(tf.moments(tf.gather(path, [1, 4])).variance.dataSync()[0]!) / data.deviation;
    };
    expect(Math.abs((await deviationAt('spherical')) - 1)).toBeLessThan(0.15);
    expect(await deviationAt('linear')).toBeLessThan(0.8);
  });

  test('a condition is kept along the way of its pair', async () => {
    const seen: number[][] = [];
    const gaussian = createGaussianDenoiser(data);
    const labels = tf.tensor1d([4, 7], 'int32');
    const denoiser: typeof gaussian = {
      ...gaussian,
      predict: (xt, t, given) => {
        seen.push([...given!.condition!.labels!.dataSync()]);
        return gaussian.predict(xt, t, given);
      },
    };
    await interpolateImages(denoiser, schedule, draw('a'), draw('b'), 3, {
      numInferenceSteps: 1,
      condition: { labels },
    });
    expect(seen).toEqual([
      [4, 7, 4, 7],
      [4, 4, 4, 7, 7, 7],
    ]);
    expect(labels.isDisposed).toBe(false);
  });

  test('nothing leaks, also when it is aborted, and what does not fit is refused', async () => {
    const [from, to] = [draw('a'), draw('b')];
    const denoiser = createGaussianDenoiser(data);
    const few = { numInferenceSteps: 2 };
    await expectNoLeaks(async () =>
      (await interpolateImages(denoiser, schedule, from, to, 2, few)).dispose(),
    );
    const aborted = { ...few, signal: AbortSignal.abort() };
    await expectNoLeaks(() =>
      expect(interpolateImages(denoiser, schedule, from, to, 2, aborted)).rejects.toMatchObject({
        code: 'E_ABORTED',
      }),
    );
    await expect(interpolateImages(denoiser, schedule, from, to, 1, few)).rejects.toMatchObject({
      code: 'E_CONFIG',
    });
    const one = to.slice(0, 1);
    await expect(interpolateImages(denoiser, schedule, from, one, 2, few)).rejects.toMatchObject({
      code: 'E_SHAPE',
    });
  });
});
