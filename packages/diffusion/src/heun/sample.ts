import type { tf } from '@tintype/core-tensor';
import type { Denoiser } from '../denoiser.ts';
import type { NoiseSchedule } from '../noise-schedule/index.ts';
import { runSampler, type SampleOptions, type SamplerPlan } from '../samplers/run-sampler.ts';
import type { HeunConfig } from './config.ts';
import { type HeunStep, heunSteps, stepHeun } from './step.ts';

// Heun's method on the probability-flow equation of diffusion: second order, two calls of the network an interval.
// Karras, Aittala, Aila, Laine (2022), "Elucidating the Design Space of Diffusion-Based Generative Models",
// arXiv 2206.00364, algorithm 1.   x_s ← Euler(x_t),   x_s ← x_s + c (x̂_0(x_s) − x̂_0(x_t))
// Differences from the paper: x stays on the scale of the network's input; the trapezoid is taken over log SNR unless
// asked otherwise; no churn; x̂_0 is clipped by default.

export type HeunSampleOptions = SampleOptions & HeunConfig;

/**
 * Images [count, h, w, c] from noise. Nothing is drawn after x_T, and equal calls give equal bits.
 * Throws `E_CONFIG` for impossible options and `E_ABORTED` when the signal fires.
 */
export async function sampleHeun(
  denoiser: Denoiser,
  schedule: NoiseSchedule,
  options: HeunSampleOptions,
): Promise<tf.Tensor4D> {
  return runSampler(denoiser, heunPlan(schedule, options), options);
}

/** The steps of `sampleHeun` before they run. Throws `E_CONFIG` for impossible options. */
export function heunPlan(
  schedule: NoiseSchedule,
  options: HeunConfig & { clipDenoised?: boolean } = {},
): SamplerPlan<HeunStep> {
  return { steps: heunSteps(schedule, options), takeStep: stepHeun };
}
