import { type RandomStream, TintypeError, tf } from '@tintype/core-tensor';
import type { Condition, Denoiser, PredictionType } from '../denoiser.ts';
import {
  addNoise,
  flowHasNoSchedule,
  lookupTimesteps,
  type NoiseSchedule,
  velocity,
} from '../noise-schedule/index.ts';

export interface DdpmLossInput {
  /** Clean images, [b, h, w, c] in [-1, 1]. */
  readonly xStart: tf.Tensor4D;
  /** Standard normal, as xStart. */
  readonly noise: tf.Tensor4D;
  /** int32 [b], 0 … T − 1. */
  readonly t: tf.Tensor1D;
  readonly condition?: Condition;
  /** Weight of each timestep's squared error, [T]; see `minSnrWeights`. @default 1 throughout */
  readonly timestepWeights?: Float64Array;
  readonly dropoutRng?: RandomStream;
}

export type DdpmLoss = {
  /** Mean over batch, pixels and channels of the (weighted) squared error. */
  readonly total: tf.Scalar;
};

/**
 * L_simple = E ‖target − f_θ(x_t, t)‖², averaged over every element (Ho et al. 2020, eq. 14), with the target that the
 * denoiser's `predictionType` names: the noise, the clean image or v.
 * Throws `E_CONFIG` where timestepWeights are not T numbers.
 */
export function ddpmLoss(denoiser: Denoiser, schedule: NoiseSchedule, input: DdpmLossInput): DdpmLoss {
  const { xStart, noise, t, condition, timestepWeights, dropoutRng } = input;
  assertWeights(timestepWeights, schedule);
  return tf.tidy(() => {
    const xt = addNoise(schedule, xStart, noise, t);
    const { prediction } = denoiser.predict(xt, t.toFloat(), { condition, dropoutRng });
    const target = targetOf(denoiser.predictionType, schedule, input);
    const squared = tf.squaredDifference(prediction, target);
    if (!timestepWeights) return { total: squared.mean() as tf.Scalar };
    const weights = lookupTimesteps(schedule, (i) => timestepWeights[i]!, t, 1);
    return { total: squared.mean([1, 2, 3]).mul(weights).mean() as tf.Scalar };
  });
}

function targetOf(
  predictionType: PredictionType,
  schedule: NoiseSchedule,
  input: DdpmLossInput,
): tf.Tensor4D {
  const { xStart, noise, t } = input;
  switch (predictionType) {
    case 'epsilon':
      return noise;
    case 'sample':
      return xStart;
    case 'v':
      return velocity(schedule, xStart, noise, t);
    case 'flow':
      throw flowHasNoSchedule('ddpmLoss');
  }
}

function assertWeights(weights: Float64Array | undefined, schedule: NoiseSchedule): void {
  if (!weights || weights.length === schedule.timesteps) return;
  throw new TintypeError('E_CONFIG', {
    where: 'ddpmLoss: timestepWeights',
    what: 'there must be one weight for each training timestep',
    got: weights.length,
    expected: schedule.timesteps,
  });
}
