import { tf } from '@tintype/core-tensor';
import type { Denoiser } from '../denoiser.ts';

/** Two Gaussians of one deviation. */
export interface MixtureData {
  readonly means: readonly [number, number];
  readonly deviation: number;
  /** Share of the first, in (0, 1). */
  readonly weight: number;
}

/** The best possible prediction of ε for data of a mixture of two, in closed form. */
export function createMixtureDenoiser({ means, deviation, weight }: MixtureData): Denoiser {
  return {
    predictionType: 'epsilon',
    varianceType: 'fixed',
    predict: (xt, _t, { step } = {}) => ({
      prediction: tf.tidy(() => {
        const alpha = step!.alphaCumprod;
        const signal = Math.sqrt(alpha);
        const variance = alpha * deviation ** 2 + 1 - alpha;
        const [first, second] = means;
        // Odds of the first component at x_t, as a logit that is linear in x_t.
        const slope = (signal * (first - second)) / variance;
        const offset = Math.log(weight / (1 - weight)) - (alpha * (first ** 2 - second ** 2)) / variance / 2;
        const share = xt.mul(slope).add(offset).sigmoid();
        const mean = share.mul(first - second).add(second);
        // ε = √(1 − ᾱ) (x_t − √ᾱ mean) / variance
        return xt.sub(mean.mul(signal)).mul(Math.sqrt(1 - alpha) / variance) as tf.Tensor4D;
      }),
    }),
  };
}

/** The share of the mixture below x after the forward process to ᾱ; 1 is the data itself. */
export function mixtureDistribution(
  { means, deviation, weight }: MixtureData,
  alpha: number,
): (x: number) => number {
  const [signal, spread] = [Math.sqrt(alpha), Math.sqrt(alpha * deviation ** 2 + 1 - alpha)];
  const below = (x: number, mean: number) => normalDistribution((x - signal * mean) / spread);
  return (x) => weight * below(x, means[0]) + (1 - weight) * below(x, means[1]);
}

/** The x that a share lies below, by halving. */
export function quantile(distribution: (x: number) => number, share: number): number {
  let [low, high] = [-20, 20];
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2;
    if (distribution(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Φ by the series of the error function for small |x| and its continued fraction beyond. */
function normalDistribution(x: number): number {
  const z = Math.abs(x);
  if (z > 3) {
    let fraction = z;
    for (let k = 60; k >= 1; k--) fraction = z + k / fraction;
    const tail = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI) / fraction;
    return x > 0 ? 1 - tail : tail;
  }
  let term = x;
  let sum = x;
  for (let k = 1; k < 60; k++) {
    term *= (x * x) / (2 * k + 1);
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}
