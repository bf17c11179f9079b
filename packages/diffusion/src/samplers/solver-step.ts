import type { SamplerStep } from '../denoiser.ts';
import type { NoiseSchedule } from '../noise-schedule/index.ts';
import { type SolverTime, type SolverTimesOptions, solverTimes } from './solver-times.ts';

/** One way between two times of a solver, in half the logarithm of the signal-to-noise ratio λ = ½ log(ᾱ / (1 − ᾱ)). */
export interface Interval {
  readonly from: SolverTime;
  readonly to: SolverTime;
  /** √(1 − ᾱ_s) / √(1 − ᾱ_t): how much of x_t stays. */
  readonly decay: number;
  /** √ᾱ_s (1 − e^−h): how much of x̂_0 comes in. */
  readonly gain: number;
  /** λ_s − λ_t > 0; infinite from pure noise and to clean data. */
  readonly h: number;
}

/** The intervals of a run, first to last. Throws `E_CONFIG` for impossible options. */
export function solverIntervals(schedule: NoiseSchedule, options: SolverTimesOptions = {}): Interval[] {
  const times = solverTimes(schedule, options);
  return times.slice(0, -1).map((from, k) => intervalOf(from, times[k + 1]!));
}

function intervalOf(from: SolverTime, to: SolverTime): Interval {
  const decay = Math.sqrt((1 - to.alphaCumprod) / (1 - from.alphaCumprod));
  const gain = Math.sqrt(to.alphaCumprod) - decay * Math.sqrt(from.alphaCumprod);
  return { from, to, decay, gain, h: halfLogSnr(to.alphaCumprod) - halfLogSnr(from.alphaCumprod) };
}

function halfLogSnr(alphaCumprod: number): number {
  return (Math.log(alphaCumprod) - Math.log1p(-alphaCumprod)) / 2;
}

/** What a sampler states of a first-order step over the interval, x_s = decay · x_t + gain · x̂_0. */
export function firstOrderStep({ from, to, decay, gain }: Interval, clipDenoised = true): SamplerStep {
  return {
    t: from.t,
    previousT: to.t,
    alphaCumprod: from.alphaCumprod,
    alphaCumprodPrevious: to.alphaCumprod,
    posteriorMeanCoefficients: [gain, decay],
    variance: 0,
    clip: clipDenoised,
  };
}
