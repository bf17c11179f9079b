import { TintypeError } from '@tintype/core-tensor';
import { assertBeta, assertTimesteps, type BetaScheduleConfig, createBetas } from './betas.ts';
import { rescaleZeroTerminalSnr } from './zero-terminal-snr.ts';

/**
 * The forward process q(x_t | x_0) = N(√ᾱ_t x_0, (1 − ᾱ_t) I) of Ho et al. 2020, as float64 tables [T]
 * indexed by the training timestep t = 0 … T − 1. Before t = 0 lies clean data, ᾱ = 1.
 */
export interface NoiseSchedule {
  /** Training timesteps T. */
  readonly timesteps: number;
  readonly betas: Float64Array;
  readonly alphas: Float64Array;
  /** ᾱ_t, the product of the alphas up to and including t. */
  readonly alphasCumprod: Float64Array;
  /** ᾱ_{t−1}; 1 at t = 0. */
  readonly alphasCumprodPrevious: Float64Array;
  /** β̃_t = β_t (1 − ᾱ_{t−1}) / (1 − ᾱ_t); 0 at t = 0. */
  readonly posteriorVariance: Float64Array;
  /** log β̃_t; at t = 0, where β̃ is 0, that of t = 1 (of β_0 where T is 1). */
  readonly posteriorLogVariance: Float64Array;
  /** Mean of q(x_{t−1} | x_t, x_0) = xStart · coefficientXStart + xt · coefficientXt (eq. 7). */
  readonly posteriorMeanCoefficientXStart: Float64Array;
  readonly posteriorMeanCoefficientXt: Float64Array;
}

export interface CustomBetasConfig {
  /** Your own betas, each in (0, 1); their number is T. */
  readonly betas: ArrayLike<number>;
}

export type NoiseScheduleConfig = (BetaScheduleConfig | CustomBetasConfig) & {
  /**
   * Shift and scale √ᾱ so that ᾱ_{T−1} = 0 (Lin et al. 2023, arXiv 2305.08891); needs v or sample prediction.
   * @default false
   */
  readonly rescaleBetasZeroSnr?: boolean;
};

/**
 * Builds every table of a schedule once, in float64.
 * Throws `E_CONFIG` for timesteps < 1 or fractional, betas outside (0, 1) and unknown kinds.
 */
export function createNoiseSchedule(config: NoiseScheduleConfig): NoiseSchedule {
  const given = 'betas' in config ? checkedBetas(config.betas) : createBetas(config);
  const betas = config.rescaleBetasZeroSnr ? rescaleZeroTerminalSnr(given) : given;
  const alphas = betas.map((beta) => 1 - beta);
  const alphasCumprod = cumulativeProduct(alphas);
  const alphasCumprodPrevious = alphasCumprod.map((_, t) => (t === 0 ? 1 : alphasCumprod[t - 1]!));
  const perTimestep = (value: (t: number) => number) => betas.map((_, t) => value(t));
  const posteriorVariance = perTimestep(
    (t) => (betas[t]! * (1 - alphasCumprodPrevious[t]!)) / (1 - alphasCumprod[t]!),
  );
  return {
    timesteps: betas.length,
    betas,
    alphas,
    alphasCumprod,
    alphasCumprodPrevious,
    posteriorVariance,
    posteriorLogVariance: perTimestep((t) =>
      Math.log(t > 0 ? posteriorVariance[t]! : (posteriorVariance[1] ?? betas[0]!)),
    ),
    posteriorMeanCoefficientXStart: perTimestep(
      (t) => (Math.sqrt(alphasCumprodPrevious[t]!) * betas[t]!) / (1 - alphasCumprod[t]!),
    ),
    posteriorMeanCoefficientXt: perTimestep(
      (t) => (Math.sqrt(alphas[t]!) * (1 - alphasCumprodPrevious[t]!)) / (1 - alphasCumprod[t]!),
    ),
  };
}

function checkedBetas(betas: ArrayLike<number>): Float64Array {
  assertTimesteps(betas.length);
  const result = Float64Array.from(betas);
  result.forEach((beta, t) => {
    assertBeta(beta, `betas[${t}]`);
  });
  return result;
}

function cumulativeProduct(factors: Float64Array): Float64Array {
  let product = 1;
  return factors.map((factor) => {
    product *= factor;
    return product;
  });
}

/** Throws `E_CONFIG` unless t is an integer timestep of the schedule. */
export function assertTimestep(schedule: NoiseSchedule, t: number, where: string): void {
  if (Number.isInteger(t) && t >= 0 && t < schedule.timesteps) return;
  throw new TintypeError('E_CONFIG', {
    where,
    what: 'a timestep must be an integer of the schedule',
    got: t,
    expected: `0 … ${schedule.timesteps - 1}`,
  });
}
