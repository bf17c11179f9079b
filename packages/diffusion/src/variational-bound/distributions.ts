import { TintypeError, tf } from '@tintype/core-tensor';
import type { DdpmVariance } from '../ddpm/config.ts';
import type { DenoiserPrediction, PredictionType, VarianceType } from '../denoiser.ts';
import { lookupTimesteps, type NoiseSchedule, predictedPartsAt } from '../noise-schedule/index.ts';
import type { DiagonalGaussian } from './gaussian-kl.ts';

/** q(x_t | x_0) = N(√ᾱ_t x_0, 1 − ᾱ_t); t: int32 [b]. */
export function forwardDistribution(
  schedule: NoiseSchedule,
  xStart: tf.Tensor4D,
  t: tf.Tensor1D,
): DiagonalGaussian {
  const { alphasCumprod } = schedule;
  const at = (table: (i: number) => number) => perImage(schedule, table, t);
  return tf.tidy(() => ({
    mean: xStart.mul(at((i) => Math.sqrt(alphasCumprod[i]!))) as tf.Tensor4D,
    logVariance: at((i) => Math.log(1 - alphasCumprod[i]!)),
  }));
}

/** q(x_{t−1} | x_t, x_0), Ho et al. 2020, eq. 6–7; its log variance at t = 0 is that of t = 1. t: int32 [b]. */
export function posteriorDistribution(
  schedule: NoiseSchedule,
  xStart: tf.Tensor4D,
  xt: tf.Tensor4D,
  t: tf.Tensor1D,
): DiagonalGaussian {
  const { posteriorMeanCoefficientXStart, posteriorMeanCoefficientXt, posteriorLogVariance } = schedule;
  const at = (table: Float64Array) => perImage(schedule, (i) => table[i]!, t);
  return tf.tidy(() => ({
    mean: xStart.mul(at(posteriorMeanCoefficientXStart)).add(xt.mul(at(posteriorMeanCoefficientXt))),
    logVariance: at(posteriorLogVariance),
  })) as DiagonalGaussian;
}

export interface ModelDistributionInput {
  readonly predictionType: PredictionType;
  readonly varianceType: VarianceType;
  readonly output: DenoiserPrediction;
  readonly xt: tf.Tensor4D;
  /** int32 [b]. */
  readonly t: tf.Tensor1D;
  /** Clip the predicted x_0 to [-1, 1]. */
  readonly clipDenoised: boolean;
  /** Where the denoiser does not learn it. @default 'fixed-small' */
  readonly variance?: DdpmVariance;
}

/**
 * p_θ(x_{t−1} | x_t) and the predicted x_0 behind it: the posterior with x̂_0 in the place of x_0, and the variance that
 * is fixed or learned. A `learned` variance must be above 0; what is below 1e-20 counts as that.
 * Throws `E_CONFIG` where the denoiser gives no variance though it learns one.
 */
export function modelDistribution(
  schedule: NoiseSchedule,
  input: ModelDistributionInput,
): DiagonalGaussian & { readonly xStart: tf.Tensor4D } {
  const { predictionType, output, xt, t, clipDenoised } = input;
  return tf.tidy(() => {
    const { xStart: raw } = predictedPartsAt(schedule, output.prediction, predictionType, xt, t);
    const clips = clipDenoised && output.isClipped !== true;
    const xStart = clips ? (raw.clipByValue(-1, 1) as tf.Tensor4D) : raw;
    const { mean } = posteriorDistribution(schedule, xStart, xt, t);
    return { xStart, mean, logVariance: modelLogVariance(schedule, input) };
  });
}

function modelLogVariance(schedule: NoiseSchedule, input: ModelDistributionInput): tf.Tensor4D {
  const { varianceType, output, t, variance: kind = 'fixed-small' } = input;
  const { betas, posteriorLogVariance } = schedule;
  const smallest = (i: number) => posteriorLogVariance[i]!;
  const largest = (i: number) => Math.log(betas[i]!);
  if (varianceType === 'fixed') {
    const isLarge = kind === 'fixed-large';
    return perImage(schedule, (i) => (isLarge && i > 0 ? largest(i) : smallest(i)), t);
  }
  const { variance } = output;
  if (!variance) {
    throw new TintypeError('E_CONFIG', {
      where: 'modelDistribution: output.variance',
      what: 'the denoiser says that it learns its variance but gave none',
      got: varianceType,
      expected: 'a variance tensor beside the prediction',
    });
  }
  if (varianceType === 'learned') return tf.log(tf.maximum(variance, 1e-20)) as tf.Tensor4D;
  // Nichol & Dhariwal 2021, eq. 15, with the output's −1 … 1 for their 0 … 1.
  const middle = perImage(schedule, (i) => (largest(i) + smallest(i)) / 2, t);
  const reach = perImage(schedule, (i) => (largest(i) - smallest(i)) / 2, t);
  return variance.mul(reach).add(middle) as tf.Tensor4D;
}

function perImage(schedule: NoiseSchedule, table: (i: number) => number, t: tf.Tensor1D): tf.Tensor4D {
  return lookupTimesteps(schedule, table, t, 4) as tf.Tensor4D; // [b, 1, 1, 1]
}
