import type { NoiseSchedule } from '../noise-schedule/index.ts';

/** σ = √((1 − ᾱ) / ᾱ), the noise against the signal: infinite at ᾱ = 0, zero at ᾱ = 1. */
export function sigmaOf(alphaCumprod: number): number {
  return Math.sqrt((1 - alphaCumprod) / alphaCumprod);
}

/** σ at a fractional timestep within 0 … T − 1, linear between its neighbours; infinite next to an infinite one. */
export function interpolatedSigma({ alphasCumprod }: NoiseSchedule, t: number): number {
  const below = Math.floor(t);
  const above = Math.min(below + 1, alphasCumprod.length - 1);
  const way = t - below;
  const low = sigmaOf(alphasCumprod[below]!);
  return way === 0 ? low : low + way * (sigmaOf(alphasCumprod[above]!) - low);
}

/** The fractional timestep whose σ this is, linear in log σ between its neighbours, within 0 … T − 1. */
export function timestepOfSigma({ alphasCumprod }: NoiseSchedule, sigma: number): number {
  const last = alphasCumprod.length - 1;
  // The highest timestep whose σ is not above this one.
  let [low, high] = [0, last];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (sigmaOf(alphasCumprod[middle]!) <= sigma) low = middle;
    else high = middle;
  }
  const [logLow, logHigh] = [low, high].map((t) => Math.log(sigmaOf(alphasCumprod[t]!))) as [number, number];
  const way = logHigh === logLow ? 0 : (Math.log(sigma) - logLow) / (logHigh - logLow);
  return low + Math.min(Math.max(way, 0), 1) * (high - low);
}
