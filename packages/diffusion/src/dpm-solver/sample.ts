import type { tf } from '@tintype/core-tensor';
import type { Denoiser } from '../denoiser.ts';
import type { NoiseSchedule } from '../noise-schedule/index.ts';
import { runSampler, type SampleOptions, type SamplerPlan } from '../samplers/run-sampler.ts';
import type { DpmSolverConfig } from './config.ts';
import { type DpmSolverStep, dpmSolverSteps, stepDpmSolver } from './step.ts';

// DPM-Solver++(2M): second order in the number of steps for one call of the network a step.
// Lu, Zhou, Bao, Chen, Li, Zhu (2022), "DPM-Solver++: Fast Solver for Guided Sampling of Diffusion Probabilistic
// Models", arXiv 2211.01095, algorithm 2.   λ = ½ log(ᾱ/(1 − ᾱ)),  h = λ_s − λ_t
//   x_s = √((1−ᾱ_s)/(1−ᾱ_t)) x_t + √ᾱ_s (1 − e^−h) (x̂_0 + h/(2 h_before) (x̂_0 − x̂_0 before))
// Differences from the paper: the midpoint form only; x̂_0 is clipped by default.

export type DpmSolverSampleOptions = SampleOptions & DpmSolverConfig;

/**
 * Images [count, h, w, c] from noise. With the 'ode' nothing is drawn after x_T, and equal calls give equal bits.
 * Throws `E_CONFIG` for impossible options and `E_ABORTED` when the signal fires.
 */
export async function sampleDpmSolver(
  denoiser: Denoiser,
  schedule: NoiseSchedule,
  options: DpmSolverSampleOptions,
): Promise<tf.Tensor4D> {
  return runSampler(denoiser, dpmSolverPlan(schedule, options), options);
}

/** The steps of `sampleDpmSolver` before they run. Throws `E_CONFIG` for impossible options. */
export function dpmSolverPlan(
  schedule: NoiseSchedule,
  options: DpmSolverConfig & { clipDenoised?: boolean } = {},
): SamplerPlan<DpmSolverStep> {
  return { steps: dpmSolverSteps(schedule, options), takeStep: stepDpmSolver };
}
