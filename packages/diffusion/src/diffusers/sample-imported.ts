import { TintypeError, type tf } from '@tintype/core-tensor';
import { sampleDdim } from '../ddim/sample.ts';
import { sampleDdpm } from '../ddpm/sample.ts';
import type { Denoiser } from '../denoiser.ts';
import { sampleDpmSolver } from '../dpm-solver/sample.ts';
import { sampleEuler } from '../euler/sample.ts';
import { sampleHeun } from '../heun/sample.ts';
import type { NoiseSchedule } from '../noise-schedule/index.ts';
import type { SampleOptions } from '../samplers/run-sampler.ts';
import { sampleUniPc } from '../uni-pc/sample.ts';
import type { ImportedScheduler } from './scheduler-config.ts';

export interface ImportedSampleOptions extends SampleOptions {
  /** Sampling steps, 1 … T. @default 50, with ddpm all T */
  readonly numInferenceSteps?: number;
  /** Of ddim alone: share of the posterior's noise, 0 … 1. @default 0 */
  readonly eta?: number;
}

/** Images by the sampler that a scheduler file names, with its options. Throws `E_CONFIG` for an `eta` that it has not. */
export function sampleImported(
  denoiser: Denoiser,
  schedule: NoiseSchedule,
  scheduler: ImportedScheduler,
  { numInferenceSteps, eta, ...rest }: ImportedSampleOptions,
): Promise<tf.Tensor4D> {
  const { sampler, clipDenoised, clipRange } = scheduler;
  if (eta !== undefined && sampler !== 'ddim') {
    throw new TintypeError('E_CONFIG', { where: 'sample: eta', what: 'only ddim takes it', got: sampler });
  }
  const usual = sampler === 'ddpm' ? schedule.timesteps : Math.min(50, schedule.timesteps);
  const options = { clipDenoised, clipRange, ...rest, numInferenceSteps: numInferenceSteps ?? usual };
  switch (sampler) {
    case 'ddim':
      return sampleDdim(denoiser, schedule, { ...scheduler.ddim, ...options, eta });
    case 'ddpm':
      return sampleDdpm(denoiser, schedule, { ...scheduler.ddpm, ...options });
    case 'euler':
      return sampleEuler(denoiser, schedule, { ...scheduler.euler, ...options });
    case 'heun':
      return sampleHeun(denoiser, schedule, { ...scheduler.heun, ...options });
    case 'dpm-solver':
      return sampleDpmSolver(denoiser, schedule, { ...scheduler.dpmSolver, ...options });
    case 'uni-pc':
      return sampleUniPc(denoiser, schedule, { ...scheduler.uniPc, ...options });
  }
}
