import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends, expectNoLeaks } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { type DdimSampleOptions, sampleDdim } from '../ddim/sample.ts';
import type { Denoiser } from '../denoiser.ts';
import { createNoiseSchedule, type NoiseSchedule } from '../noise-schedule/index.ts';
import { createGaussianDenoiser } from '../samplers/gaussian-denoiser.test-support.ts';
import { runSampler, type SamplerPlan } from '../samplers/run-sampler.ts';
import { ddimInversionPlan, type InvertDdimOptions, invertDdim } from './invert.ts';
import type { DdimInversionStep } from './step.ts';

const data = { mean: 0.4, deviation: 0.6 };
const schedule = createNoiseSchedule({ kind: 'linear', timesteps: 1000 });
const zeroSnr = createNoiseSchedule({ kind: 'linear', timesteps: 1000, rescaleBetasZeroSnr: true });
const values = [-0.9, -0.2, 0.4, 0.7];
const images = () => tf.tensor4d(values, [4, 1, 1, 1]);
const rng = createRandomStream(1);

function decode(
  denoiser: Denoiser,
  used: NoiseSchedule,
  initialNoise: tf.Tensor4D,
  options: Partial<DdimSampleOptions>,
) {
  const [count] = initialNoise.shape;
  const given = { shape: [1, 1, 1], count, rng, initialNoise, clipDenoised: false } as const;
  return sampleDdim(denoiser, used, { ...given, ...options });
}

/** Largest distance between images and what their noise is decoded to. */
async function errorOf(
  options: InvertDdimOptions,
  denoiser: Denoiser = createGaussianDenoiser(data),
  used = schedule,
): Promise<number> {
  const noise = await invertDdim(denoiser, used, images(), options);
  return distance(await decode(denoiser, used, noise, options));
}

const distance = (decoded: tf.Tensor) =>
  [...decoded.dataSync()].reduce((most, x, i) => Math.max(most, Math.abs(x - values[i]!)), 0);

describeOnBackends(
  'DDIM inversion of Gaussian data',
  () => {
    test('there and back differs less with more steps, at first order', async () => {
      const errors = await Promise.all(
        [20, 40, 80].map((numInferenceSteps) => errorOf({ numInferenceSteps })),
      );
      const orders = errors.slice(1).map((error, i) => Math.log2(errors[i]! / error));
      for (const order of orders) {
        expect(order).toBeGreaterThan(0.7);
        expect(order).toBeLessThan(1.3);
      }
      expect(errors[2]).toBeLessThan(0.06);
    });

    test('every spacing comes back, whatever is predicted', async () => {
      const cases = [
        ['leading', 'epsilon'],
        ['linspace', 'epsilon'],
        ['trailing', 'epsilon'],
        ['linspace', 'sample'],
        ['linspace', 'v'],
      ] as const;
      for (const [timestepSpacing, type] of cases) {
        const denoiser = createGaussianDenoiser(data, type);
        const error = await errorOf({ numInferenceSteps: 45, timestepSpacing }, denoiser);
        expect(error, `${timestepSpacing} ${type}`).toBeLessThan(0.12);
      }
      const customTimesteps = [999, 800, 600, 430, 300, 200, 130, 80, 50, 30, 15, 5, 0];
      expect(await errorOf({ customTimesteps, fixedPointIterations: 12 })).toBeLessThan(0.01);
      expect(await errorOf({ numInferenceSteps: 45, setAlphaToOne: false })).toBeLessThan(0.08);
    });

    test('asked again at its own answer it comes back exactly, with few steps', async () => {
      const once = await errorOf({ numInferenceSteps: 20 });
      const often = await errorOf({ numInferenceSteps: 20, fixedPointIterations: 12 });
      expect(once).toBeGreaterThan(0.02);
      expect(often).toBeLessThan(once / 100);
    });

    test('where the noise holds no signal v and x_0 come back, and ε is refused before the first step', async () => {
      for (const type of ['sample', 'v'] as const) {
        const error = await errorOf({ numInferenceSteps: 80 }, createGaussianDenoiser(data, type), zeroSnr);
        expect(error, type).toBeLessThan(0.08);
      }
      const denoiser = createGaussianDenoiser(data);
      await expect(invertDdim(denoiser, zeroSnr, images(), { numInferenceSteps: 5 })).rejects.toMatchObject({
        code: 'E_CONFIG',
      });
      expect(denoiser.steps).toHaveLength(0);
    });

    test('the noise of standard data is the data itself, and that of other data is standard', async () => {
      const standard = createGaussianDenoiser({ mean: 0, deviation: 1 });
      const same = await invertDdim(standard, schedule, images(), { numInferenceSteps: 50 });
      expect(same).toBeAllClose(images(), { atol: 0.05 });
      const noise = await invertDdim(createGaussianDenoiser(data), schedule, images(), {
        numInferenceSteps: 100,
      });
      expect(noise).toBeAllClose(
        values.map((x) => (x - data.mean) / data.deviation),
        { atol: 0.08 },
      );
    });

    test('levels that are one element of the list off do not come back', async () => {
      const options = { numInferenceSteps: 80 };
      const { steps, takeStep } = ddimInversionPlan(schedule, options);
      const shifted: SamplerPlan<DdimInversionStep> = {
        takeStep,
        steps: steps.map((step, k) => ({
          ...step,
          alphaCumprodFrom: steps[Math.max(0, k - 1)]!.alphaCumprodFrom,
        })),
      };
      const run = { shape: [1, 1, 1], count: 4, rng, initialNoise: images() } as const;
      const noise = await runSampler(createGaussianDenoiser(data), shifted, run);
      const wrong = distance(await decode(createGaussianDenoiser(data), schedule, noise, options));

      expect(wrong).toBeGreaterThan(10 * (await errorOf(options)));
    });
  },
  { backends: ['cpu'] },
);

describeOnBackends('invertDdim', () => {
  test('it borrows the images, leaks nothing and asks for what each step states', async () => {
    const denoiser = createGaussianDenoiser(data);
    const given = images();
    const options = { numInferenceSteps: 4, fixedPointIterations: 2 };
    await expectNoLeaks(async () => (await invertDdim(denoiser, schedule, given, options)).dispose());
    expect(given.isDisposed).toBe(false);
    expect(denoiser.steps.slice(0, 8).map(({ t }) => t)).toEqual([249, 249, 499, 499, 749, 749, 999, 999]);
  });

  test('impossible options, shapes and a flow are refused; a signal stops it', async () => {
    const denoiser = createGaussianDenoiser(data);
    const refused = (options: InvertDdimOptions) =>
      expect(invertDdim(denoiser, schedule, images(), options)).rejects.toMatchObject({ code: 'E_CONFIG' });
    await refused({ fixedPointIterations: 0 });
    await refused({ fixedPointIterations: 1.5 });
    await refused({ numInferenceSteps: 1001 });
    await expect(invertDdim(denoiser, schedule, tf.zeros([3, 2]) as never)).rejects.toMatchObject({
      code: 'E_SHAPE',
    });
    const flow = { ...denoiser, predictionType: 'flow' } as const;
    await expect(invertDdim(flow, schedule, images())).rejects.toMatchObject({ code: 'E_CONFIG' });
    const signal = AbortSignal.abort();
    await expect(invertDdim(denoiser, schedule, images(), { signal })).rejects.toMatchObject({
      code: 'E_ABORTED',
    });
  });
});
