import type { tf } from '@tintype/core-tensor';
import type { Denoiser } from '../denoiser.ts';
import type { NoiseSchedule } from '../noise-schedule/index.ts';
import { runSampler, type SampleOptions, type SamplerPlan } from '../samplers/run-sampler.ts';
import type { EulerConfig } from './config.ts';
import { eulerSteps, stepEuler } from './step.ts';

// Euler's method on the probability-flow equation of diffusion, at any spacing of noise levels.
// Karras, Aittala, Aila, Laine (2022), "Elucidating the Design Space of Diffusion-Based Generative Models",
// arXiv 2206.00364.   dx/dσ = (x − x̂_0)/σ,   σ = √((1 − ᾱ)/ᾱ)
// Differences from the paper: x stays on the scale of the network's input; η instead of churn; x̂_0 is clipped by default.

export type EulerSampleOptions = SampleOptions & EulerConfig;

/**
 * Images [count, h, w, c] from noise. With eta = 0 nothing is drawn after x_T, and equal calls give equal bits.
 * Throws `E_CONFIG` for impossible options and `E_ABORTED` when the signal fires.
 */
export async function sampleEuler(
  denoiser: Denoiser,
  schedule: NoiseSchedule,
  options: EulerSampleOptions,
): Promise<tf.Tensor4D> {
  return runSampler(denoiser, eulerPlan(schedule, options), options);
}

/** The steps of `sampleEuler` before they run. Throws `E_CONFIG` for impossible options. */
export function eulerPlan(
  schedule: NoiseSchedule,
  options: EulerConfig & { clipDenoised?: boolean } = {},
): SamplerPlan {
  return { steps: eulerSteps(schedule, options), takeStep: stepEuler };
}
