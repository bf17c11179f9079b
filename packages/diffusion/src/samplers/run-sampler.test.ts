import { createRandomStream, type RandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends, expectNoLeaks } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { sampleDdim } from '../ddim/sample.ts';
import { ddimSteps } from '../ddim/step.ts';
import { sampleDdpm } from '../ddpm/sample.ts';
import { ddpmSteps } from '../ddpm/step.ts';
import type { SamplerStep } from '../denoiser.ts';
import { createNoiseSchedule } from '../noise-schedule/index.ts';
import { createGaussianDenoiser, sampledMoments } from './gaussian-denoiser.test-support.ts';
import type { SampleOptions } from './run-sampler.ts';

const data = { mean: 0.3, deviation: 0.5 };
const schedule = createNoiseSchedule({ kind: 'cosine', timesteps: 200 });
const options = (more: Partial<SampleOptions> = {}): SampleOptions => ({
  shape: [1, 2, 1],
  count: 4,
  rng: createRandomStream(5),
  clipDenoised: false,
  ...more,
});

const refuseToDraw = () => {
  throw new Error('it drew');
};

async function expectMoments(images: tf.Tensor4D, steps: readonly SamplerStep[]): Promise<void> {
  const expected = sampledMoments(data, steps);
  const standardError = expected.deviation / Math.sqrt(images.size);
  const values = (await images.data()) as Float32Array;
  images.dispose();
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  expect(Math.abs(mean - expected.mean)).toBeLessThan(3 * standardError);
  expect(Math.abs(Math.sqrt(variance) - expected.deviation)).toBeLessThan((3 * standardError) / Math.SQRT2);
}

describeOnBackends('samplers', () => {
  test('20 000 samples have the moments of the exact recursion within three standard errors', async () => {
    const many = options({ count: 20_000, shape: [1, 1, 1] });
    const short = createNoiseSchedule({ kind: 'cosine', timesteps: 60 });
    for (const predictionType of ['epsilon', 'sample', 'v'] as const) {
      const denoiser = createGaussianDenoiser(data, predictionType);
      await expectMoments(await sampleDdpm(denoiser, short, many), ddpmSteps(short));
      await expectMoments(
        await sampleDdim(denoiser, short, { ...many, eta: 0.5 }),
        ddimSteps(short, { eta: 0.5 }),
      );
      await expectMoments(await sampleDdim(denoiser, short, many), ddimSteps(short));
    }
    // The check can fail: fixed-large keeps more noise than these samples have.
    const wrong = ddpmSteps(short, { variance: 'fixed-large' });
    await expect(
      expectMoments(await sampleDdim(createGaussianDenoiser(data), short, many), wrong),
    ).rejects.toThrow();
  });

  test('eta = 1 over all T gives the very samples of DDPM', async () => {
    const denoiser = createGaussianDenoiser(data);
    const ddpm = await sampleDdpm(denoiser, schedule, options());
    const ddim = await sampleDdim(denoiser, schedule, { ...options(), eta: 1 });
    expect(ddim).toBeAllClose(ddpm, { atol: 1e-4 });
    const none = await sampleDdim(denoiser, schedule, options());
    expect(none).not.toBeAllClose(ddpm, { atol: 1e-2 });
    tf.dispose([ddpm, ddim, none]);
  });

  test('eta = 0 draws nothing after the first noise and gives equal bits twice', async () => {
    const denoiser = createGaussianDenoiser(data);
    const first = await sampleDdim(denoiser, schedule, { ...options(), numInferenceSteps: 20 });
    const initialNoise = createRandomStream(5)
      .fork('sample')
      .fork('initial')
      .normalRows(0, 4, [1, 2, 1]) as tf.Tensor4D;
    // This stream may be forked and asked for nothing.
    const silent = { ...createRandomStream(6), normalRows: refuseToDraw, normal: refuseToDraw };
    const rng: RandomStream = { ...silent, fork: () => rng };
    const given = { ...options({ rng, initialNoise }), numInferenceSteps: 20 };
    const again = await sampleDdim(denoiser, schedule, given);
    expect(again.dataSync()).toEqual(first.dataSync());
    await expect(sampleDdim(denoiser, schedule, { ...given, eta: 0.1 })).rejects.toThrow('it drew');
    tf.dispose([first, again, initialNoise]);
  });

  test('sample i is the same image in any batch', async () => {
    const denoiser = createGaussianDenoiser(data);
    const eta = { eta: 0.5, numInferenceSteps: 10 };
    const all = await sampleDdim(denoiser, schedule, { ...options({ count: 5 }), ...eta });
    const tail = await sampleDdim(denoiser, schedule, { ...options({ count: 2, firstIndex: 3 }), ...eta });
    expect(tail.dataSync()).toEqual(all.dataSync().slice(6));
    tf.dispose([all, tail]);
  });

  test('the error of a deterministic sample falls in proportion to the number of steps', async () => {
    const initialNoise = tf.tensor4d([-1.5, 0.1, 0.8, 2], [4, 1, 1, 1]);
    const long = createNoiseSchedule({ kind: 'linear', timesteps: 1000 });
    // The flow of a Gaussian is affine: x_0 = mean + deviation · (x_T − √ᾱ_T mean) / √(ᾱ_T deviation² + 1 − ᾱ_T).
    const last = long.alphasCumprod[999]!;
    const scale = data.deviation / Math.sqrt(last * data.deviation ** 2 + 1 - last);
    const exact = initialNoise
      .sub(Math.sqrt(last) * data.mean)
      .mul(scale)
      .add(data.mean);
    const errors: number[] = [];
    for (const numInferenceSteps of [20, 40, 80]) {
      const denoiser = createGaussianDenoiser(data);
      const images = await sampleDdim(denoiser, long, {
        ...options({ shape: [1, 1, 1], initialNoise }),
        numInferenceSteps,
      });
      errors.push(images.sub(exact).abs().max().dataSync()[0]!);
      images.dispose();
    }
    for (const order of [Math.log2(errors[0]! / errors[1]!), Math.log2(errors[1]! / errors[2]!)]) {
      expect(order).toBeGreaterThan(0.7);
      expect(order).toBeLessThan(1.4);
    }
  });

  test('clipping bounds every predicted image unless the denoiser says that it has clipped', async () => {
    const wild = createGaussianDenoiser({ mean: 3, deviation: 0.1 });
    const seen: number[] = [];
    const record: SampleOptions['onStep'] = ({ xStart }) => void seen.push(xStart.abs().max().dataSync()[0]!);
    const clipped = options({ clipDenoised: true, clipRange: 0.7, onStep: record });
    (await sampleDdim(wild, schedule, { ...clipped, numInferenceSteps: 8 })).dispose();
    expect(Math.max(...seen)).toBeCloseTo(0.7, 6);
    expect(wild.steps.every(({ clip }) => clip)).toBe(true);
    seen.length = 0;
    const selfClipping = {
      ...wild,
      predict: (...args: Parameters<typeof wild.predict>) => ({ ...wild.predict(...args), isClipped: true }),
    };
    (await sampleDdim(selfClipping, schedule, { ...clipped, numInferenceSteps: 8 })).dispose();
    expect(Math.max(...seen)).toBeGreaterThan(2);
  });

  test('each step is reported in order with what it says to the denoiser', async () => {
    const denoiser = createGaussianDenoiser(data);
    const reported: number[] = [];
    const images = await sampleDdpm(denoiser, schedule, {
      ...options({
        onStep: ({ stepsDone, stepCount, step }) => void reported.push(stepsDone / stepCount, step.t),
      }),
      numInferenceSteps: 2,
    });
    expect(reported).toEqual([0.5, 199, 1, 99]);
    expect(denoiser.steps[0]).toMatchObject({
      t: 199,
      previousT: 99,
      alphaCumprod: schedule.alphasCumprod[199],
    });
    images.dispose();
  });

  test('nothing leaks: not from a whole run, an abort or a throwing callback', async () => {
    const denoiser = createGaussianDenoiser(data);
    const run = (more: Partial<SampleOptions>) =>
      sampleDdim(denoiser, schedule, { ...options(more), eta: 1, numInferenceSteps: 4 });
    await expectNoLeaks(async () => (await run({})).dispose());
    await expectNoLeaks(async () => {
      const controller = new AbortController();
      const aborting = run({ signal: controller.signal, onStep: () => controller.abort() });
      await expect(aborting).rejects.toMatchObject({ code: 'E_ABORTED' });
    });
    await expectNoLeaks(async () => {
      const throwing = run({
        onStep: () => {
          throw new Error('from the callback');
        },
      });
      await expect(throwing).rejects.toThrow('from the callback');
    });
  });

  test('impossible requests are refused before the denoiser is asked', async () => {
    const denoiser = createGaussianDenoiser(data);
    const initialNoise = tf.zeros<tf.Rank.R4>([3, 1, 2, 1]);
    const cases: [Partial<SampleOptions> & { numInferenceSteps?: number }, string, RegExp][] = [
      [{ count: 0 }, 'E_CONFIG', /count.*got 0/],
      [{ count: 1.5 }, 'E_CONFIG', /count/],
      [{ firstIndex: -1 }, 'E_CONFIG', /firstIndex/],
      [{ shape: [1, 0, 1] }, 'E_CONFIG', /shape/],
      [{ clipRange: 0 }, 'E_CONFIG', /clipRange/],
      [{ initialNoise }, 'E_SHAPE', /got \[3, 1, 2, 1\], expected \[4, 1, 2, 1\]/],
      [{ numInferenceSteps: 201 }, 'E_CONFIG', /1 … 200/],
    ];
    for (const [more, code, message] of cases) {
      const refused = expect.objectContaining({ code, message: expect.stringMatching(message) });
      await expect(sampleDdpm(denoiser, schedule, { ...options(), ...more })).rejects.toEqual(refused);
    }
    expect(denoiser.steps).toHaveLength(0);
    initialNoise.dispose();
  });
});
