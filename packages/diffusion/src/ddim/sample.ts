import type { tf } from '@tintype/core-tensor';
import type { Denoiser } from '../denoiser.ts';
import type { NoiseSchedule } from '../noise-schedule/index.ts';
import { runSampler, type SampleOptions, type SamplerPlan } from '../samplers/run-sampler.ts';
import type { DdimConfig } from './config.ts';
import { ddimSteps, stepDdim } from './step.ts';

// Denoising diffusion implicit models: samples of a trained DDPM in few steps.
// Song, Meng, Ermon (2021), "Denoising Diffusion Implicit Models", arXiv 2010.02502.
//   x_s = √ᾱ_s x̂_0 + √(1 − ᾱ_s − σ²) ε + σ z,   σ² = η² (1 − ᾱ_s)/(1 − ᾱ_t) · (1 − ᾱ_t/ᾱ_s)
// Differences from the paper: x̂_0 is clipped by default.

export type DdimSampleOptions = SampleOptions & DdimConfig;

/**
 * Images [count, h, w, c] from noise. With eta = 0 nothing is drawn after x_T, and equal calls give equal bits.
 * Throws `E_CONFIG` for impossible options and `E_ABORTED` when the signal fires.
 */
export async function sampleDdim(
  denoiser: Denoiser,
  schedule: NoiseSchedule,
  options: DdimSampleOptions,
): Promise<tf.Tensor4D> {
  return runSampler(denoiser, ddimPlan(schedule, options), options);
}

/** The steps of `sampleDdim` before they run. Throws `E_CONFIG` for impossible options. */
export function ddimPlan(
  schedule: NoiseSchedule,
  options: DdimConfig & { clipDenoised?: boolean } = {},
): SamplerPlan {
  const { clippedNoise } = options;
  return {
    steps: ddimSteps(schedule, options),
    takeStep: (input) => stepDdim({ ...input, clippedNoise }),
  };
}
