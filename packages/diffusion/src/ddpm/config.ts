import { TintypeError } from '@tintype/core-tensor';
import type { Denoiser, VarianceType } from '../denoiser.ts';
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

/** simple: the squared error alone; vlb: the variational bound; hybrid: the first, with the second for the variance. */
export type DdpmLossKind = 'simple' | 'hybrid' | 'vlb';

/** What trains every output of a denoiser. */
export function defaultLossKind(varianceType: VarianceType): DdpmLossKind {
  return varianceType === 'fixed' ? 'simple' : 'hybrid';
}

/** Throws `E_CONFIG` for an unknown loss, one that does not fit the denoiser's variance, or a weight not above 0. */
export function assertLossKind(
  { varianceType }: Pick<Denoiser, 'varianceType'>,
  { loss, vlbWeight }: { readonly loss: DdpmLossKind; readonly vlbWeight: number },
): void {
  const refuse = (where: string, what: string, got: unknown, expected: string) => {
    throw new TintypeError('E_CONFIG', { where: `ddpmLoss: ${where}`, what, got, expected });
  };
  if (!['simple', 'hybrid', 'vlb'].includes(loss)) {
    refuse('loss', 'unknown loss', loss, 'simple | hybrid | vlb');
  }
  if (loss === 'hybrid' && varianceType === 'fixed') {
    refuse('loss', 'the denoiser learns no variance', loss, 'simple or vlb');
  }
  if (loss === 'simple' && varianceType !== 'fixed') {
    refuse(
      'loss',
      'the squared error does not train the variance that the denoiser learns',
      loss,
      'hybrid or vlb',
    );
  }
  if (!(vlbWeight > 0)) refuse('vlbWeight', 'impossible value', vlbWeight, 'a number > 0');
}
