import type { tf } from '@tintype/core-tensor';
import type { Denoiser } from '../denoiser.ts';
import type { NoiseSchedule } from '../noise-schedule/index.ts';
import { runSampler, type SampleOptions, type SamplerPlan } from '../samplers/run-sampler.ts';
import type { UniPcConfig } from './config.ts';
import { stepUniPc, type UniPcStep, uniPcSteps } from './step.ts';

// UniPC: a multistep prediction, and a correction that costs no further call of the network.
// Zhao, Bai, Rao, Zhou, Lu (2023), "UniPC: A Unified Predictor-Corrector Framework for Fast Sampling of Diffusion
// Models", arXiv 2302.04867.   UniP-2 with B(h) = e^h − 1 (bh2) predicts x̂_0 within the exact solution of the linear
// part; UniC-2 does the step again when x̂_0 at its end is known.
// Differences from the paper: x̂_0 is clipped by default.

export type UniPcSampleOptions = SampleOptions & UniPcConfig;

/**
 * Images [count, h, w, c] from noise. Nothing is drawn after x_T, and equal calls give equal bits.
 * Throws `E_CONFIG` for impossible options and `E_ABORTED` when the signal fires.
 */
export async function sampleUniPc(
  denoiser: Denoiser,
  schedule: NoiseSchedule,
  options: UniPcSampleOptions,
): Promise<tf.Tensor4D> {
  return runSampler(denoiser, uniPcPlan(schedule, options), options);
}

/** The steps of `sampleUniPc` before they run. Throws `E_CONFIG` for impossible options. */
export function uniPcPlan(
  schedule: NoiseSchedule,
  options: UniPcConfig & { clipDenoised?: boolean } = {},
): SamplerPlan<UniPcStep> {
  return { steps: uniPcSteps(schedule, options), takeStep: stepUniPc };
}
