import { TintypeError } from '@tintype/core-tensor';
import type { NoiseSchedule } from '../noise-schedule/index.ts';
import {
  type InferenceTimestepsOptions,
  inferenceTimesteps,
  roundHalfToEven,
} from './inference-timesteps.ts';
import { interpolatedSigma, sigmaOf, timestepOfSigma } from './sigma-table.ts';

/** When the solvers of the sampling equation ask the network; σ = √((1 − ᾱ) / ᾱ) is the noise against the signal. */
export interface SolverTimesOptions extends Omit<InferenceTimestepsOptions, 'customTimesteps'> {
  /** Your own timesteps, strictly falling within 0 … T − 1, fractional or not, instead of the options above. */
  readonly customTimesteps?: readonly number[];
  /**
   * timesteps: as `timestepSpacing` spreads them; karras: evenly in σ^(1/7) (Karras et al. 2022, eq. 5) between the
   * first and the last σ of those; exponential: evenly in log σ between them. @default 'timesteps'
   */
  readonly sigmaSpacing?: 'timesteps' | 'karras' | 'exponential';
  /** leading and linspace end at t = 0; otherwise they spread one step more and leave t = 0 out. @default true */
  readonly visitsZero?: boolean;
  /** Ask the network at whole timesteps only. @default false */
  readonly roundTimesteps?: boolean;
  /** The last step leads to ᾱ = 1; otherwise to ᾱ_0. @default true */
  readonly setAlphaToOne?: boolean;
}

export interface SolverTime {
  /** What the network is told; −1 at the end. */
  readonly t: number;
  readonly alphaCumprod: number;
}

/**
 * The S times of a run, falling, and where it ends (t = −1). Between two timesteps σ is interpolated linearly, and the
 * timestep of a σ linearly in log σ. 'trailing' is the default, except that karras and exponential span all of the
 * schedule ('linspace').
 * Throws `E_CONFIG` for S outside 1 … T, timesteps outside the schedule or not falling, unknown choices, and for
 * karras and exponential where the first σ is infinite (`rescaleBetasZeroSnr`).
 */
export function solverTimes(schedule: NoiseSchedule, options: SolverTimesOptions = {}): SolverTime[] {
  const { sigmaSpacing = 'timesteps', setAlphaToOne = true, roundTimesteps = false } = options;
  const timesteps = options.customTimesteps
    ? fallingWithin(options.customTimesteps, schedule.timesteps)
    : spread(schedule.timesteps, options);
  const spaced = timesteps.map((t) => ({ t, alphaCumprod: alphaCumprodAt(schedule, t) }));
  const times = sigmaSpacing === 'timesteps' ? spaced : respaced(schedule, spaced, sigmaSpacing);
  const final = setAlphaToOne ? 1 : schedule.alphasCumprod[0]!;
  const told = roundTimesteps ? times.map((time) => ({ ...time, t: roundHalfToEven(time.t) })) : times;
  return [...told, { t: -1, alphaCumprod: final }];
}

function spread(timesteps: number, options: SolverTimesOptions): number[] {
  const {
    numInferenceSteps: count = timesteps,
    stepsOffset = 0,
    sigmaSpacing = 'timesteps',
    timestepSpacing = sigmaSpacing === 'timesteps' ? 'trailing' : 'linspace',
    visitsZero = true,
    roundTimesteps = false,
  } = options;
  if (!(Number.isInteger(stepsOffset) && stepsOffset >= 0))
    refuse('stepsOffset', stepsOffset, 'an integer ≥ 0');
  // The checks of counts and spacings are those of whole timesteps.
  const whole = inferenceTimesteps(timesteps, { numInferenceSteps: count, timestepSpacing, stepsOffset });
  if (timestepSpacing === 'trailing' || (timestepSpacing === 'leading' && visitsZero)) return whole;
  const spans = visitsZero ? count - 1 : count;
  const rising = Array.from({ length: count }, (_, i) => i + (visitsZero ? 0 : 1));
  if (timestepSpacing === 'leading') {
    const stride = Math.floor(timesteps / (count + 1));
    return fallingWithin(rising.map((i) => i * stride + stepsOffset).reverse(), timesteps);
  }
  if (spans === 0) return [timesteps - 1];
  const even = rising.map((i) => (i * (timesteps - 1)) / spans).reverse();
  return roundTimesteps ? fallingWithin(even.map(roundHalfToEven), timesteps) : even;
}

function alphaCumprodAt(schedule: NoiseSchedule, t: number): number {
  if (Number.isInteger(t)) return schedule.alphasCumprod[t]!;
  return 1 / (1 + interpolatedSigma(schedule, t) ** 2);
}

function respaced(
  schedule: NoiseSchedule,
  times: readonly SolverTime[],
  spacing: 'karras' | 'exponential',
): SolverTime[] {
  const sigmas = times.map(({ alphaCumprod }) => sigmaOf(alphaCumprod));
  const [first, last] = [sigmas[0]!, sigmas[sigmas.length - 1]!];
  if (!Number.isFinite(first)) {
    refuse('sigmaSpacing', spacing, 'timesteps, where the schedule starts without any signal');
  }
  const to = { karras: (x: number) => x ** (1 / 7), exponential: Math.log }[spacing];
  const from = { karras: (x: number) => x ** 7, exponential: Math.exp }[spacing];
  if (!to || !from) refuse('sigmaSpacing', spacing, 'timesteps | karras | exponential');
  return sigmas.map((_, i) => {
    const way = sigmas.length === 1 ? 0 : i / (sigmas.length - 1);
    const sigma = from(to(first) + way * (to(last) - to(first)));
    return { t: timestepOfSigma(schedule, sigma), alphaCumprod: 1 / (1 + sigma ** 2) };
  });
}

function fallingWithin(list: readonly number[], timesteps: number): number[] {
  const isFalling = list.every((t, i) => t >= 0 && t <= timesteps - 1 && (i === 0 || t < list[i - 1]!));
  if (list.length > 0 && isFalling) return [...list];
  throw new TintypeError('E_CONFIG', {
    where: 'solverTimes: timesteps',
    what: 'sampling timesteps must be timesteps of the schedule that fall strictly',
    got: `[${list.slice(0, 8).join(', ')}${list.length > 8 ? ', …' : ''}]`,
    expected: `falling numbers within 0 … ${timesteps - 1}`,
  });
}

function refuse(name: string, got: unknown, expected: string): never {
  throw new TintypeError('E_CONFIG', {
    where: `solverTimes: ${name}`,
    what: 'impossible value',
    got,
    expected,
  });
}
