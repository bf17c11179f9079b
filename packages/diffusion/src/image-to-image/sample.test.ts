import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeGenerator, describeOnBackends, expectNoLeaks } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { ddimPlan, sampleDdim } from '../ddim/sample.ts';
import { ddpmPlan } from '../ddpm/sample.ts';
import type { Denoiser, SamplerStep } from '../denoiser.ts';
import { dpmSolverPlan } from '../dpm-solver/sample.ts';
import { eulerPlan } from '../euler/sample.ts';
import { flowPlan } from '../flow-matching/sample.ts';
import { heunPlan } from '../heun/sample.ts';
import { createNoiseSchedule } from '../noise-schedule/index.ts';
import { createGaussianDenoiser } from '../samplers/gaussian-denoiser.test-support.ts';
import { runSampler, type SamplerPlan } from '../samplers/run-sampler.ts';
import { uniPcPlan } from '../uni-pc/sample.ts';
import { latePlan } from './late-plan.ts';
import { sampleImageToImage } from './sample.ts';

const data = { mean: 0.3, deviation: 0.5 };
const schedule = createNoiseSchedule({ kind: 'linear', timesteps: 1000 });
const rng = createRandomStream(6);
const count = 2000;
const steps = { numInferenceSteps: 40, clipDenoised: false };

/** The exact velocity of such data on the straight path. */
const gaussianFlow: Denoiser = {
  predictionType: 'flow',
  varianceType: 'fixed',
  predict: (x, _t, { step } = {}) => ({
    prediction: tf.tidy(() => {
      const [signal, deviation] = [Math.sqrt(step!.alphaCumprod), Math.sqrt(1 - step!.alphaCumprod)];
      const sigma = deviation / (signal + deviation);
      const variance = (1 - sigma) ** 2 * data.deviation ** 2 + sigma ** 2;
      const slope = (sigma - (1 - sigma) * data.deviation ** 2) / variance;
      return x
        .sub((1 - sigma) * data.mean)
        .mul(slope)
        .sub(data.mean) as tf.Tensor4D;
    }),
  }),
};

const draw = (name: string) =>
  createRandomStream(name).normal<tf.Rank.R4>([count, 1, 1, 1], data.mean, data.deviation);

/** Distance of mean and deviation from those of the data, and how the samples follow what they were made of. */
function compare(images: tf.Tensor4D, samples: tf.Tensor4D) {
  const [from, to] = [images, samples].map((x) => x.dataSync());
  const moments = (x: ArrayLike<number>) => {
    const mean = Array.from(x).reduce((a, b) => a + b, 0) / x.length;
    const variance = Array.from(x).reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
    return { mean, deviation: Math.sqrt(variance) };
  };
  const [a, b] = [moments(from!), moments(to!)];
  const product = Array.from(from!).reduce((sum, value, i) => sum + (value - a.mean) * (to![i]! - b.mean), 0);
  return {
    error: Math.hypot(b.mean - data.mean, b.deviation - data.deviation),
    correlation: product / from!.length / (a.deviation * b.deviation),
  };
}

const plans: readonly [string, SamplerPlan<never>, Denoiser?][] = [
  ['DDPM', ddpmPlan(schedule, steps)],
  ['DDIM', ddimPlan(schedule, steps)],
  ['DDIM with eta', ddimPlan(schedule, { ...steps, eta: 1 })],
  ['Euler', eulerPlan(schedule, steps)],
  ['Heun', heunPlan(schedule, steps)],
  ['DPM-Solver++', dpmSolverPlan(schedule, steps)],
  ['UniPC', uniPcPlan(schedule, steps)],
  ['flow', flowPlan(steps), gaussianFlow],
  ['flow with Heun', flowPlan({ ...steps, solver: 'heun' }), gaussianFlow],
] as unknown as [string, SamplerPlan<never>, Denoiser?][];

describeOnBackends(
  'image to image of Gaussian data',
  () => {
    test.each(plans)('%s: the samples are data, the less like the images the stronger', async (...given) => {
      const [, plan, denoiser = createGaussianDenoiser(data)] = given;
      const images = draw('data');
      const at = async (strength: number) =>
        compare(images, await sampleImageToImage(denoiser, plan, images, { rng, strength }));
      const [weak, half, full] = [await at(0.1), await at(0.5), await at(1)];
      for (const { error } of [weak, half, full]) expect(error).toBeLessThan(0.07);
      expect(weak.correlation).toBeGreaterThan(0.6);
      expect(half.correlation).toBeLessThan(weak.correlation);
      expect(Math.abs(full.correlation)).toBeLessThan(0.1);
    });

    test('images that are not data become data', async () => {
      const images = tf.fill<tf.Rank.R4>([count, 1, 1, 1], -0.5);
      const plan = ddpmPlan(schedule, steps);
      const samples = await sampleImageToImage(createGaussianDenoiser(data), plan, images, {
        rng,
        strength: 0.8,
      });
      expect(compare(draw('data'), samples).error).toBeLessThan(0.08);
    });

    test('noise of a level that is not the first step’s does not give data', async () => {
      const plan = dpmSolverPlan(schedule, { ...steps, numInferenceSteps: 20 });
      const late = latePlan(plan, 0.5);
      const images = draw('data');
      const noise = createRandomStream(2).normal<tf.Rank.R4>(images.shape);
      const errorAt = async ({ alphaCumprod: alpha }: SamplerStep) => {
        const initialNoise = images.mul(Math.sqrt(alpha)).add(noise.mul(Math.sqrt(1 - alpha)));
        const run = { shape: [1, 1, 1], count, rng, initialNoise: initialNoise as tf.Tensor4D } as const;
        return compare(images, await runSampler(createGaussianDenoiser(data), late, run)).error;
      };
      const right = await errorAt(late.steps[0]!);
      expect(right).toBeLessThan(0.03);
      expect(await errorAt(late.steps[4]!)).toBeGreaterThan(2 * right);
      expect(await errorAt(late.steps[4]!)).toBeGreaterThan(0.05);
    });
  },
  { backends: ['cpu'] },
);

describeOnBackends('sampleImageToImage', () => {
  const images = () => createRandomStream(1).uniform<tf.Rank.R4>([3, 2, 2, 1], -1, 1);

  test('at strength 0 the images come back; at 1, where noise holds no signal, it is the sampler, bit for bit', async () => {
    const zeroSnr = createNoiseSchedule({ kind: 'linear', timesteps: 1000, rescaleBetasZeroSnr: true });
    const denoiser = createGaussianDenoiser(data, 'v');
    const plan = ddimPlan(zeroSnr, { numInferenceSteps: 4, eta: 0.5 });
    const none = await sampleImageToImage(denoiser, plan, images(), { rng, strength: 0 });
    expect(none).toBeAllClose(images(), { rtol: 0, atol: 0 });
    const all = await sampleImageToImage(denoiser, plan, images(), { rng, strength: 1 });
    const options = { shape: [2, 2, 1], count: 3, rng, numInferenceSteps: 4, eta: 0.5 } as const;
    expect(all).toBeAllClose(await sampleDdim(denoiser, zeroSnr, options), { rtol: 0, atol: 0 });
  });

  test('progress counts the steps that are taken, nothing leaks, a signal stops it', async () => {
    const denoiser = createGaussianDenoiser(data);
    const plan = ddimPlan(schedule, { numInferenceSteps: 10 });
    const given = images();
    const seen: number[] = [];
    const onStep = ({ stepsDone, stepCount }: { stepsDone: number; stepCount: number }) => {
      seen.push(stepsDone, stepCount);
    };
    await expectNoLeaks(async () =>
      (await sampleImageToImage(denoiser, plan, given, { rng, strength: 0.2, onStep })).dispose(),
    );
    expect(seen.slice(0, 4)).toEqual([1, 2, 2, 2]);
    const signal = AbortSignal.abort();
    await expectNoLeaks(() =>
      expect(sampleImageToImage(denoiser, plan, given, { rng, signal })).rejects.toMatchObject({
        code: 'E_ABORTED',
      }),
    );
    await expect(
      sampleImageToImage(denoiser, plan, tf.zeros([2, 2]) as never, { rng }),
    ).rejects.toMatchObject({
      code: 'E_SHAPE',
    });
  });
});

describeGenerator('image to image', () => {
  const images = createRandomStream(1).uniform<tf.Rank.R4>([5, 2, 2, 1], -1, 1);
  const plan = ddimPlan(schedule, { numInferenceSteps: 4, eta: 1 });
  return {
    generate: async ({ firstIndex, count: asked }) => {
      const slice = images.slice(firstIndex, asked);
      const options = { rng, firstIndex, strength: 0.5 };
      try {
        return await sampleImageToImage(createGaussianDenoiser(data), plan, slice, options);
      } finally {
        slice.dispose();
      }
    },
    dispose: () => images.dispose(),
  };
});
