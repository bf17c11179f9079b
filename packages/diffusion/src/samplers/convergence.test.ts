import { createRandomStream } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { ddimPlan } from '../ddim/sample.ts';
import { ddpmPlan } from '../ddpm/sample.ts';
import { dpmSolverPlan } from '../dpm-solver/sample.ts';
import { eulerPlan } from '../euler/sample.ts';
import { heunPlan } from '../heun/sample.ts';
import { createNoiseSchedule } from '../noise-schedule/index.ts';
import { uniPcPlan } from '../uni-pc/sample.ts';
import { createGaussianDenoiser } from './gaussian-denoiser.test-support.ts';
import { createMixtureDenoiser, mixtureDistribution, quantile } from './mixture-denoiser.test-support.ts';
import { gaussianMoments, propagate } from './propagate.test-support.ts';
import type { SamplerPlan } from './run-sampler.ts';

// So many timesteps that the first lies at σ = 0.003: what a last step to clean data misses is then below the errors
// of the methods.
const schedule = createNoiseSchedule({ kind: 'linear', timesteps: 10_000, betaStart: 1e-5, betaEnd: 2e-3 });
const noisiest = schedule.alphasCumprod[9999]!;
const gaussian = { mean: 0.4, deviation: 0.6 };
const mixture = { means: [-0.6, 0.6], deviation: 0.35, weight: 0.3 } as const;
const stepCounts = [10, 20, 40, 80, 160];

type Options = { numInferenceSteps: number; clipDenoised: false };
type MakePlan = (options: Options) => SamplerPlan;
const exponential = { sigmaSpacing: 'exponential' } as const;
const asPlan = (plan: unknown) => plan as SamplerPlan;

/** Each with the order it promises. */
const deterministic: Record<string, [order: number, plan: MakePlan]> = {
  DDIM: [1, (options) => ddimPlan(schedule, options)],
  Euler: [1, (options) => eulerPlan(schedule, { ...exponential, ...options })],
  'DPM-Solver++(1)': [
    1,
    (options) => asPlan(dpmSolverPlan(schedule, { ...exponential, ...options, solverOrder: 1 })),
  ],
  'DPM-Solver++(2M)': [2, (options) => asPlan(dpmSolverPlan(schedule, { ...exponential, ...options }))],
  Heun: [2, (options) => asPlan(heunPlan(schedule, { ...exponential, ...options }))],
  'Heun over sigma': [
    2,
    (options) => asPlan(heunPlan(schedule, { ...exponential, ...options, trapezoid: 'sigma' })),
  ],
  'UniPC(1)': [2, (options) => asPlan(uniPcPlan(schedule, { ...exponential, ...options, solverOrder: 1 }))],
  'UniPC(2)': [3, (options) => asPlan(uniPcPlan(schedule, { ...exponential, ...options }))],
};
const stochastic: Record<string, [order: number, plan: MakePlan]> = {
  DDPM: [1, (options) => ddpmPlan(schedule, options)],
  'DDIM with eta 1': [1, (options) => ddimPlan(schedule, { ...options, eta: 1 })],
  'Euler with eta 1': [1, (options) => eulerPlan(schedule, { ...exponential, ...options, eta: 1 })],
  'SDE-DPM-Solver++(2M)': [
    2,
    (options) => asPlan(dpmSolverPlan(schedule, { ...exponential, ...options, equation: 'sde' })),
  ],
};

const start = {
  mean: Math.sqrt(noisiest) * gaussian.mean,
  deviation: Math.sqrt(noisiest * gaussian.deviation ** 2 + 1 - noisiest),
};
const gaussianError = (plan: SamplerPlan) => {
  const { mean, deviation } = gaussianMoments(createGaussianDenoiser(gaussian), plan, start);
  return Math.hypot(mean - gaussian.mean, deviation - gaussian.deviation);
};

// The equation without noise moves no point past another: it takes quantiles to quantiles.
const shares = Array.from({ length: 19 }, (_, i) => (i + 1) / 20);
const [from, to] = [noisiest, 1].map((alpha) =>
  shares.map((share) => quantile(mixtureDistribution(mixture, alpha), share)),
) as [number[], number[]];
const mixtureError = (plan: SamplerPlan) => {
  const reached = propagate({ denoiser: createMixtureDenoiser(mixture), plan, points: from });
  return reached.reduce((sum, x, i) => sum + Math.abs(x - to[i]!), 0) / to.length;
};

/** The slope of the error against the step size over the finest runs, on logarithmic scales. */
function orderOf(
  errorOf: (plan: SamplerPlan) => number,
  plan: MakePlan,
): { order: number; errors: number[] } {
  const errors = stepCounts.map((count) => errorOf(plan({ numInferenceSteps: count, clipDenoised: false })));
  const last = errors.slice(-3) as [number, number, number];
  return { order: Math.log2(last[0] / last[2]) / 2, errors };
}

function expectOrder(
  errorOf: (plan: SamplerPlan) => number,
  plan: MakePlan,
  promised: number,
  name: string,
): void {
  const { order, errors } = orderOf(errorOf, plan);
  const measured = `${name}: ${errors.map((error) => error.toExponential(1)).join(' ')}`;
  expect(order, measured).toBeGreaterThan(promised - 0.2);
  expect(order, measured).toBeLessThan(promised + 0.8);
  expect(errors.at(-1), measured).toBeLessThan(0.04);
}

describeOnBackends(
  'samplers on data whose best denoiser is known',
  () => {
    test('every sampler recovers mean and deviation of a Gaussian, at its order', () => {
      for (const [name, [order, plan]] of Object.entries({ ...deterministic, ...stochastic }))
        expectOrder(gaussianError, plan, order, name);
    });

    test('every deterministic sampler takes the quantiles of noise to those of a mixture, at its order', () => {
      for (const [name, [order, plan]] of Object.entries(deterministic))
        expectOrder(mixtureError, plan, order, name);
    });

    test('the shares of the two modes of a mixture are within 2 %', () => {
      const modes = { means: [-0.7, 0.7], deviation: 0.15, weight: 0.3 } as const;
      const count = 2000;
      const even = Array.from({ length: count }, (_, i) =>
        quantile(mixtureDistribution(modes, noisiest), (i + 0.5) / count),
      );
      const rng = createRandomStream(4);
      const noiseAt = (k: number) => {
        const noise = rng.fork(k).normal([count]);
        const values = [...noise.dataSync()];
        noise.dispose();
        return values;
      };
      const shareOf = (plan: SamplerPlan) => {
        const options = { denoiser: createMixtureDenoiser(modes), plan, points: even, noiseAt };
        return propagate(options).filter((x) => x < 0).length / count;
      };
      for (const [name, [, plan]] of Object.entries({ ...deterministic, ...stochastic })) {
        const share = shareOf(plan({ numInferenceSteps: 100, clipDenoised: false }));
        expect(Math.abs(share - modes.weight), `${name}: ${share}`).toBeLessThan(0.02);
      }
      // The check can fail: a network that believes in other shares.
      const other = createMixtureDenoiser({ ...modes, weight: 0.35 });
      const plan = deterministic.Heun![1]({ numInferenceSteps: 100, clipDenoised: false });
      const share = propagate({ denoiser: other, plan, points: even }).filter((x) => x < 0).length / count;
      expect(Math.abs(share - modes.weight)).toBeGreaterThan(0.02);
    });

    test('a wrong factor of the history is no longer of second order', () => {
      const wrong: MakePlan = (options) => {
        const { steps, takeStep } = dpmSolverPlan(schedule, { ...exponential, ...options });
        return asPlan({ takeStep, steps: steps.map((step) => ({ ...step, slope: step.slope * 2 })) });
      };
      expect(() => expectOrder(gaussianError, wrong, 2, 'wrong')).toThrow(/to be greater than 1.8/);
      expect(() => expectOrder(mixtureError, wrong, 2, 'wrong')).toThrow(/to be greater than 1.8/);
    });

    test('a method of first order does not pass as one of second', () => {
      expect(() => expectOrder(gaussianError, deterministic['DPM-Solver++(1)']![1], 2, 'first')).toThrow(
        /to be greater than 1.8/,
      );
      const halfHeun: MakePlan = (options) => {
        const { steps, takeStep } = heunPlan(schedule, { ...exponential, ...options });
        return asPlan({ takeStep, steps: steps.filter(({ correction }) => correction === undefined) });
      };
      expect(() => expectOrder(gaussianError, halfHeun, 2, 'half')).toThrow(/to be greater than 1.8/);
    });

    test('on few steps of a cosine schedule the trapezoid over sigma goes astray, that over log SNR does not', () => {
      const cosine = createNoiseSchedule({ kind: 'cosine', timesteps: 1000 });
      const options = { numInferenceSteps: 20, clipDenoised: false } as const;
      const error = (trapezoid: 'sigma' | 'log-snr') => {
        const plan = asPlan(heunPlan(cosine, { ...options, trapezoid }));
        const { deviation } = gaussianMoments(createGaussianDenoiser(gaussian), plan, {
          mean: 0,
          deviation: 1,
        });
        return Math.abs(deviation - gaussian.deviation);
      };
      expect(error('log-snr')).toBeLessThan(0.05);
      expect(error('sigma')).toBeGreaterThan(0.5);
    });
  },
  { backends: ['cpu'] },
);
