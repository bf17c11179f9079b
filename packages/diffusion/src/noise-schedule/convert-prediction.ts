import { TintypeError, tf } from '@tintype/core-tensor';
import type { PredictionType } from '../denoiser.ts';
import { velocity } from './add-noise.ts';
import type { NoiseSchedule } from './noise-schedule.ts';
import { lookupTimesteps, type Timesteps } from './timestep-table.ts';

export type PredictedParts<T extends tf.Tensor> = {
  readonly xStart: T;
  readonly epsilon: T;
};

/** A factor of x as a function of ᾱ: one number, or one for each image of a batch. */
type FactorOf = (value: (alphaCumprod: number) => number) => number | tf.Tensor;

const signalOf = (alphaCumprod: number) => Math.sqrt(alphaCumprod);
const noiseOfAlpha = (alphaCumprod: number) => Math.sqrt(1 - alphaCumprod);

/**
 * x_0 and ε that a prediction at x_t stands for, in closed form:
 * epsilon: x_0 = (x_t − √(1 − ᾱ) ε) / √ᾱ; sample: ε = (x_t − √ᾱ x_0) / √(1 − ᾱ);
 * v: x_0 = √ᾱ x_t − √(1 − ᾱ) v, ε = √ᾱ v + √(1 − ᾱ) x_t.
 * `alphaCumprod` is ᾱ_t in [0, 1); throws `E_CONFIG` where ε is predicted at ᾱ = 0, which says nothing about x_0.
 */
export function predictedParts<T extends tf.Tensor>(
  prediction: T,
  predictionType: PredictionType,
  xt: T,
  alphaCumprod: number,
): PredictedParts<T> {
  if (predictionType === 'epsilon') assertSignal(alphaCumprod);
  return partsOf(prediction, predictionType, xt, (value) => value(alphaCumprod));
}

/**
 * The same for a batch whose images are at timesteps of their own, int32 [batch].
 * Throws `E_CONFIG` where ε is predicted under a schedule that ends at ᾱ = 0.
 */
export function predictedPartsAt<T extends tf.Tensor>(
  schedule: NoiseSchedule,
  prediction: T,
  predictionType: PredictionType,
  xt: T,
  t: Timesteps,
): PredictedParts<T> {
  const { alphasCumprod } = schedule;
  if (predictionType === 'epsilon') assertSignal(alphasCumprod[schedule.timesteps - 1]!);
  return tf.tidy(() =>
    partsOf(prediction, predictionType, xt, (value) =>
      lookupTimesteps(schedule, (i) => value(alphasCumprod[i]!), t, xt.rank),
    ),
  );
}

/**
 * What a perfect network of the type would answer at x_t = √ᾱ x_0 + √(1 − ᾱ) ε: the noise, the image or v. The way back
 * is `predictedParts`. xStart and noise: [batch, …]; t: a number for all samples or int32 [batch].
 */
export function predictionTarget<T extends tf.Tensor>(
  schedule: NoiseSchedule,
  predictionType: PredictionType,
  xStart: T,
  noise: T,
  t: Timesteps,
): T {
  switch (predictionType) {
    case 'epsilon':
      return noise.clone() as T;
    case 'sample':
      return xStart.clone() as T;
    case 'v':
      return velocity(schedule, xStart, noise, t);
    case 'flow':
      throw flowHasNoSchedule('predictionTarget');
  }
}

function partsOf<T extends tf.Tensor>(
  prediction: T,
  predictionType: PredictionType,
  xt: T,
  factor: FactorOf,
): PredictedParts<T> {
  switch (predictionType) {
    case 'epsilon':
      return {
        xStart: combine(
          xt,
          factor((a) => 1 / signalOf(a)),
          prediction,
          factor((a) => -noiseOfAlpha(a) / signalOf(a)),
        ),
        epsilon: prediction.clone() as T,
      };
    case 'sample':
      return {
        xStart: prediction.clone() as T,
        epsilon: combine(
          xt,
          factor((a) => 1 / noiseOfAlpha(a)),
          prediction,
          factor((a) => -signalOf(a) / noiseOfAlpha(a)),
        ),
      };
    case 'v':
      return {
        xStart: combine(
          xt,
          factor(signalOf),
          prediction,
          factor((a) => -noiseOfAlpha(a)),
        ),
        epsilon: combine(prediction, factor(signalOf), xt, factor(noiseOfAlpha)),
      };
    case 'flow':
      throw flowHasNoSchedule('predictedParts');
  }
}

/** The ε that leads from xStart to xt: (x_t − √ᾱ x_0) / √(1 − ᾱ). */
export function noiseOf<T extends tf.Tensor>(xStart: T, xt: T, alphaCumprod: number): T {
  const noise = Math.sqrt(1 - alphaCumprod);
  return combine(xt, 1 / noise, xStart, -Math.sqrt(alphaCumprod) / noise);
}

function combine<T extends tf.Tensor>(
  a: T,
  factorA: number | tf.Tensor,
  b: T,
  factorB: number | tf.Tensor,
): T {
  return tf.tidy(() => a.mul(factorA).add(b.mul(factorB)) as T);
}

function assertSignal(alphaCumprod: number): void {
  if (alphaCumprod > 0) return;
  throw new TintypeError('E_CONFIG', {
    where: 'predictedParts',
    what: 'the noise holds no information about the image where alphaCumprod is 0',
    got: 'epsilon prediction',
    expected: 'v or sample prediction',
    remedy: 'Train with predictionType v when rescaleBetasZeroSnr is on',
  });
}

/** A network of flow matching knows no noise schedule: its path is straight. */
export function flowHasNoSchedule(where: string): TintypeError {
  return new TintypeError('E_CONFIG', {
    where,
    what: 'a flow prediction belongs to the straight path, not to a noise schedule',
    got: 'flow prediction',
    expected: 'epsilon, sample or v prediction',
    remedy: 'Train with `createFlowTrainStep` and sample with `sampleFlow`',
  });
}
