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
import { propagate } from '../samplers/propagate.test-support.ts';
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

/** Mean, deviation and how samples follow the images that they were made of. */
interface Moments {
  readonly mean: number;
  readonly deviation: number;
  readonly correlation: number;
}

function momentsOf(images: tf.Tensor4D, samples: tf.Tensor4D): Moments {
  const meanOf = (x: readonly number[]) => x.reduce((a, b) => a + b, 0) / x.length;
  const [from, to] = [[...images.dataSync()], [...samples.dataSync()]];
  const [meanFrom, mean] = [meanOf(from), meanOf(to)];
  const covariance = meanOf(from.map((value, i) => (value - meanFrom) * (to[i]! - mean)));
  const spread = Math.sqrt(meanOf(from.map((value) => (value - meanFrom) ** 2)));
  const deviation = Math.sqrt(meanOf(to.map((value) => (value - mean) ** 2)));
  return { mean, deviation, correlation: covariance / spread / deviation };
}

/**
 * What the samples of data have, exact: every step is affine, so one row follows the mean, one the spread of the images,
 * one that of the first noise and one each the noise of a step.
 */
function exactMoments(plan: SamplerPlan<SamplerStep>, denoiser: Denoiser, strength: number): Moments {
  const late = latePlan(plan, strength);
  const [first] = late.steps;
  const [signal, noise] = [Math.sqrt(first!.alphaCumprod), Math.sqrt(1 - first!.alphaCumprod)];
  const sum = denoiser.predictionType === 'flow' ? signal + noise : 1;
  const start = (signal / sum) * data.mean;
  const points = [start, start + (signal / sum) * data.deviation, start + noise / sum];
  for (const _ of late.steps) points.push(start);
  const noiseAt = (k: number) => points.map((_, row) => (row === k + 3 ? 1 : 0));
  const [mean, ...rows] = propagate({ denoiser, plan: late, points, noiseAt });
  const [ofImages, ...others] = rows.map((value) => value - mean!);
  const deviation = Math.hypot(ofImages!, ...others);
  return { mean: mean!, deviation, correlation: ofImages! / deviation };
}

/** Largest distance in standard errors of so many samples. */
function errorsFrom(expected: Moments, found: Moments): number {
  const standard = expected.deviation / Math.sqrt(count);
  return Math.max(
    Math.abs(found.mean - expected.mean) / standard,
    (Math.abs(found.deviation - expected.deviation) * Math.SQRT2) / standard,
    Math.abs(Math.atanh(found.correlation) - Math.atanh(expected.correlation)) * Math.sqrt(count - 3),
  );
}

const asPlan = (plan: unknown) => plan as SamplerPlan;
/** Each with how far the deviation is from that of the data after these steps at most; the mean is exact. */
const plans: readonly [string, number, SamplerPlan, Denoiser?][] = [
  ['DDPM', 0.08, ddpmPlan(schedule, steps)],
  ['DDIM', 0.04, ddimPlan(schedule, steps)],
  ['DDIM with eta', 0.08, ddimPlan(schedule, { ...steps, eta: 1 })],
  ['Euler', 0.04, eulerPlan(schedule, steps)],
  ['Heun', 0.015, asPlan(heunPlan(schedule, steps))],
  ['DPM-Solver++', 0.01, asPlan(dpmSolverPlan(schedule, steps))],
  ['UniPC', 0.01, asPlan(uniPcPlan(schedule, steps))],
  ['flow', 0.02, asPlan(flowPlan(steps)), gaussianFlow],
  ['flow with Heun', 0.001, asPlan(flowPlan({ ...steps, solver: 'heun' })), gaussianFlow],
];

describeOnBackends(
  'image to image of Gaussian data',
  () => {
    test.each(plans)('%s: the samples are data, the less like the images the stronger', async (...given) => {
      const [, bound, plan, denoiser = createGaussianDenoiser(data)] = given;
      const images = draw('data');
      const strengths = [0.1, 0.5, 1] as const;
      const expected = strengths.map((strength) => exactMoments(plan, denoiser, strength));
      for (const [i, strength] of strengths.entries()) {
        const samples = await sampleImageToImage(denoiser, plan, images, { rng, strength });
        const found = momentsOf(images, samples);
        expect(errorsFrom(expected[i]!, found), `strength ${strength}`).toBeLessThan(3.5);
        // The negative control: the moments of much more, or much less strength.
        expect(errorsFrom(expected[i === 0 ? 1 : 0]!, found), `strength ${strength}`).toBeGreaterThan(10);
      }
      for (const { mean, deviation } of expected) {
        expect(Math.abs(mean - data.mean)).toBeLessThan(1e-5);
        expect(Math.abs(deviation - data.deviation)).toBeLessThan(bound);
      }
      const [weak, half, full] = expected as [Moments, Moments, Moments];
      expect(weak.correlation).toBeGreaterThan(half.correlation);
      expect(half.correlation).toBeGreaterThan(full.correlation);
      expect(Math.abs(full.correlation)).toBeLessThan(0.02);
    });

    test('images that are not data become data', async () => {
      const images = tf.fill<tf.Rank.R4>([count, 1, 1, 1], -0.5);
      const plan = ddpmPlan(schedule, steps);
      const samples = await sampleImageToImage(createGaussianDenoiser(data), plan, images, {
        rng,
        strength: 0.8,
      });
      // Exact: what is left of a constant image moves the mean alone.
      const exact = exactMoments(plan, createGaussianDenoiser(data), 0.8);
      const shift = (exact.correlation * exact.deviation * (-0.5 - data.mean)) / data.deviation;
      const spread = exact.deviation * Math.sqrt(1 - exact.correlation ** 2);
      const { mean, deviation } = momentsOf(images, samples);
      expect(Math.abs(mean - exact.mean - shift)).toBeLessThan((3 * spread) / Math.sqrt(count));
      expect(Math.abs(deviation - spread)).toBeLessThan((3 * spread) / Math.sqrt(2 * count));
      expect(Math.abs(shift)).toBeLessThan(0.02);
    });

    test('noise of the next step’s level does not give data', async () => {
      const plan = dpmSolverPlan(schedule, { ...steps, numInferenceSteps: 8 });
      const late = latePlan(plan, 0.5);
      const images = draw('data');
      const noise = createRandomStream(2).normal<tf.Rank.R4>(images.shape);
      const errorAt = async ({ alphaCumprod: alpha }: SamplerStep) => {
        const initialNoise = images.mul(Math.sqrt(alpha)).add(noise.mul(Math.sqrt(1 - alpha)));
        const run = { shape: [1, 1, 1], count, rng, initialNoise: initialNoise as tf.Tensor4D } as const;
        const exact = exactMoments(asPlan(plan), createGaussianDenoiser(data), 0.5);
        return errorsFrom(
          exact,
          momentsOf(images, await runSampler(createGaussianDenoiser(data), late, run)),
        );
      };
      expect(await errorAt(late.steps[0]!)).toBeLessThan(3.5);
      expect(await errorAt(late.steps[1]!)).toBeGreaterThan(7);
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
