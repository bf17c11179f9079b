import type { tf } from '@tintype/core-tensor';
import type { Denoiser } from '../denoiser.ts';
import type { NoiseSchedule } from '../noise-schedule/index.ts';
import { runSampler, type SampleOptions, type SamplerPlan } from '../samplers/run-sampler.ts';
import type { DdpmSampleConfig } from './config.ts';
import { ddpmSteps, stepDdpm } from './step.ts';

export type DdpmSampleOptions = SampleOptions & DdpmSampleConfig;

/**
 * Images [count, h, w, c] from noise by ancestral sampling (Ho et al. 2020, algorithm 2), over all T timesteps or
 * over fewer. Throws `E_CONFIG` for impossible options and `E_ABORTED` when the signal fires.
 */
export async function sampleDdpm(
  denoiser: Denoiser,
  schedule: NoiseSchedule,
  options: DdpmSampleOptions,
): Promise<tf.Tensor4D> {
  return runSampler(denoiser, ddpmPlan(schedule, options), options);
}

/** The steps of `sampleDdpm` before they run. Throws `E_CONFIG` for impossible options. */
export function ddpmPlan(
  schedule: NoiseSchedule,
  options: DdpmSampleConfig & { clipDenoised?: boolean } = {},
): SamplerPlan {
  return { steps: ddpmSteps(schedule, options), takeStep: stepDdpm };
}
