import { assertConfig, TintypeError, v } from '@tintype/core-tensor';
import type { Denoiser } from '../denoiser.ts';
import type { NoiseSchedule } from '../noise-schedule/index.ts';
import type { InferenceTimestepsOptions } from '../samplers/inference-timesteps.ts';

/** The timesteps are those that `sampleDdim` comes back by: give both the same options. */
export interface DdimInversionConfig extends InferenceTimestepsOptions {
  /** The images are clean, ᾱ = 1; otherwise they are taken to be at ᾱ_0. As in `sampleDdim`. @default true */
  readonly setAlphaToOne?: boolean;
  /**
   * Calls of the denoiser at each timestep, an integer ≥ 1. The first asks it about x_s in place of x_t, each further one
   * about the x_t that the last one gave: the way there and back then differs by less. @default 1
   */
  readonly fixedPointIterations?: number;
}

/** Throws `E_CONFIG` for an impossible number of calls. */
export function assertInversionConfig({ fixedPointIterations = 1 }: DdimInversionConfig): void {
  const calls = v.pipe(v.number(), v.integer(), v.minValue(1));
  assertConfig(calls, fixedPointIterations, 'invertDdim.fixedPointIterations');
}

/** Throws `E_CONFIG` where ε is predicted at ᾱ = 0: no way leads back from there. */
export function assertInvertible(
  { predictionType }: Denoiser,
  schedule: NoiseSchedule,
  timesteps: readonly number[],
): void {
  const blind = timesteps.find((t) => schedule.alphasCumprod[t] === 0);
  if (predictionType !== 'epsilon' || blind === undefined) return;
  throw new TintypeError('E_CONFIG', {
    where: 'invertDdim',
    what: `timestep ${blind} has alphaCumprod 0, where ε says nothing about the image`,
    got: 'epsilon prediction',
    expected: 'v or sample prediction',
    remedy: 'Leave that timestep out with `customTimesteps`, or train with predictionType v',
  });
}
