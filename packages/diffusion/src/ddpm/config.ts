import { TintypeError } from '@tintype/core-tensor';
import type { InferenceTimestepsOptions } from '../samplers/inference-timesteps.ts';

/**
 * fixed-small: the posterior variance β̃_t; fixed-large: β_t (Ho et al. 2020, section 3.2).
 * fixed-small-log is diffusers' name for β̃_t taken through its logarithm; the values are those of fixed-small.
 */
export type DdpmVariance = 'fixed-small' | 'fixed-small-log' | 'fixed-large';

export interface DdpmSampleConfig extends InferenceTimestepsOptions {
  /** Variance of a step where the denoiser does not learn it. @default 'fixed-small' */
  readonly variance?: DdpmVariance;
}

/** Throws `E_CONFIG` for an unknown variance. */
export function assertDdpmSampleConfig({ variance = 'fixed-small' }: DdpmSampleConfig): void {
  if (['fixed-small', 'fixed-small-log', 'fixed-large'].includes(variance)) return;
  throw new TintypeError('E_CONFIG', {
    where: 'sampleDdpm: variance',
    what: 'unknown variance',
    got: variance,
    expected: 'fixed-small | fixed-small-log | fixed-large',
  });
}
