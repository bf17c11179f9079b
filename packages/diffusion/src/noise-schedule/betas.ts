import { TintypeError } from '@tintype/core-tensor';

/** `cosine` is Nichol & Dhariwal's (diffusers: squaredcos_cap_v2); `laplace` and `sigmoid` are as diffusers has them. */
export type BetaScheduleKind = 'linear' | 'scaled-linear' | 'cosine' | 'sigmoid' | 'laplace';

export interface BetaScheduleConfig {
  readonly kind: BetaScheduleKind;
  /** Training timesteps T, an integer ≥ 1. */
  readonly timesteps: number;
  /** First beta of linear, scaled-linear and sigmoid, in (0, 1). @default 0.0001 */
  readonly betaStart?: number;
  /** Last beta of linear, scaled-linear and sigmoid, in (0, 1). @default 0.02 */
  readonly betaEnd?: number;
  /** Upper bound of the betas of cosine and laplace, in (0, 1). @default 0.999 */
  readonly maxBeta?: number;
}

export const betaScheduleKinds: readonly BetaScheduleKind[] = [
  'linear',
  'scaled-linear',
  'cosine',
  'sigmoid',
  'laplace',
];

/**
 * Betas [T] in float64. linear: Ho et al. 2020; scaled-linear: linear in √β (Rombach et al. 2022);
 * cosine: ᾱ(u) = cos²((u + 0.008) / 1.008 · π/2), Nichol & Dhariwal 2021, eq. 17.
 * Throws `E_CONFIG` for an unknown kind and for values outside the stated ranges.
 */
export function createBetas(config: BetaScheduleConfig): Float64Array {
  const { kind, timesteps, betaStart = 1e-4, betaEnd = 0.02, maxBeta = 0.999 } = config;
  assertTimesteps(timesteps);
  assertBeta(betaStart, 'betaStart');
  assertBeta(betaEnd, 'betaEnd');
  assertBeta(maxBeta, 'maxBeta');
  switch (kind) {
    case 'linear':
      return linspace(betaStart, betaEnd, timesteps);
    case 'scaled-linear':
      return linspace(Math.sqrt(betaStart), Math.sqrt(betaEnd), timesteps).map((root) => root * root);
    case 'sigmoid':
      return linspace(-6, 6, timesteps).map((x) => (betaEnd - betaStart) / (1 + Math.exp(-x)) + betaStart);
    case 'cosine':
      return betasOfAlphaBar(cosineAlphaBar, timesteps, maxBeta);
    case 'laplace':
      return betasOfAlphaBar(laplaceAlphaBar, timesteps, maxBeta);
    default:
      throw new TintypeError('E_CONFIG', {
        where: 'createNoiseSchedule: kind',
        what: 'unknown noise schedule',
        got: kind,
        expected: betaScheduleKinds.join(' | '),
        remedy: 'Choose one of these or pass your own `betas`',
      });
  }
}

export function assertTimesteps(timesteps: number): void {
  if (Number.isInteger(timesteps) && timesteps >= 1) return;
  throw new TintypeError('E_CONFIG', {
    where: 'createNoiseSchedule: timesteps',
    what: 'the number of training timesteps must be an integer of at least 1',
    got: timesteps,
    expected: 'an integer ≥ 1',
  });
}

export function assertBeta(beta: number, name: string): void {
  if (beta > 0 && beta < 1) return;
  throw new TintypeError('E_CONFIG', {
    where: `createNoiseSchedule: ${name}`,
    what: 'a beta must lie strictly between 0 and 1',
    got: beta,
    expected: '0 < beta < 1',
  });
}

function linspace(first: number, last: number, count: number): Float64Array {
  const step = count > 1 ? (last - first) / (count - 1) : 0;
  return Float64Array.from({ length: count }, (_, i) => (i === count - 1 && i > 0 ? last : first + i * step));
}

/**
 * Betas [timesteps] of the ᾱ that a function of time gives, u from 0 to 1: β_t = 1 − ᾱ((t + 1)/T) / ᾱ(t/T), at most
 * `maxBeta`. For `createNoiseSchedule({ betas })`.
 */
export function betasOfAlphaBar(
  alphaBar: (u: number) => number,
  timesteps: number,
  maxBeta = 0.999,
): Float64Array {
  assertTimesteps(timesteps);
  assertBeta(maxBeta, 'maxBeta');

  return Float64Array.from({ length: timesteps }, (_, i) =>
    Math.min(1 - alphaBar((i + 1) / timesteps) / alphaBar(i / timesteps), maxBeta),
  );
}

export interface SigmoidAlphaBarOptions {
  /** Where on the sigmoid time begins and ends. @default -3 */
  readonly start?: number;
  /** Above start. @default 3 */
  readonly end?: number;
  /** Temperature, above 0: lower ones leave more signal in the middle. @default 1 */
  readonly tau?: number;
}

/**
 * ᾱ(u) = (σ(end/τ) − σ((start + u (end − start))/τ)) / (σ(end/τ) − σ(start/τ)), the sigmoid schedule of Jabri et al. 2022
 * (arXiv 2212.11972), for `betasOfAlphaBar`. The kind `sigmoid` is another: there the betas follow a sigmoid.
 */
export function sigmoidAlphaBar(options: SigmoidAlphaBarOptions = {}): (u: number) => number {
  const { start = -3, end = 3, tau = 1 } = options;
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x / tau));
  const [first, last] = [sigmoid(start), sigmoid(end)];
  return (u) => (last - sigmoid(start + u * (end - start))) / (last - first);
}

function cosineAlphaBar(u: number): number {
  return Math.cos(((u + 0.008) / 1.008) * (Math.PI / 2)) ** 2;
}

function laplaceAlphaBar(u: number): number {
  const logSnr = -0.5 * (u > 0.5 ? -1 : 1) * Math.log(1 - 2 * Math.abs(0.5 - u) + 1e-6);
  return Math.sqrt(1 / (1 + Math.exp(-logSnr)));
}
