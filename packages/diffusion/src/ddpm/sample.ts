import type { tf } from '@tintype/core-tensor';
import type { Denoiser } from '../denoiser.ts';
import type { NoiseSchedule } from '../noise-schedule/index.ts';
import { runSampler, type SampleOptions } from '../samplers/run-sampler.ts';
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
  const { varianceType } = denoiser;
  return runSampler(
    denoiser,
    { steps: ddpmSteps(schedule, options), takeStep: (input) => stepDdpm({ ...input, varianceType }) },
    options,
  );
}
