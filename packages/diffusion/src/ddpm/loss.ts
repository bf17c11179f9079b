import { type Losses, type RandomStream, stopGradient, TintypeError, tf } from '@tintype/core-tensor';
import type { Condition, Denoiser } from '../denoiser.ts';
import { addNoise, lookupTimesteps, type NoiseSchedule, predictionTarget } from '../noise-schedule/index.ts';
import { variationalTerm } from '../variational-bound/index.ts';
import { assertLossKind, type DdpmLossKind, defaultLossKind } from './config.ts';

export interface DdpmLossInput {
  /** Clean images, [b, h, w, c] in [-1, 1]; 8-bit values where the loss holds the variational bound. */
  readonly xStart: tf.Tensor4D;
  /** Standard normal, as xStart. */
  readonly noise: tf.Tensor4D;
  /** int32 [b], 0 … T − 1. */
  readonly t: tf.Tensor1D;
  readonly condition?: Condition;
  /** @default 'simple', or 'hybrid' where the denoiser learns its variance */
  readonly loss?: DdpmLossKind;
  /** λ of the hybrid loss, > 0. @default 0.001 */
  readonly vlbWeight?: number;
  /** Weight of each timestep's squared error, [T]; see `minSnrWeights`. @default 1 throughout */
  readonly timestepWeights?: Float64Array;
  /** What each image's loss is multiplied by, [b]: that of a timestep sampler. @default 1 throughout */
  readonly sampleWeights?: tf.Tensor1D;
  /** Given the loss of each image, [b], before `sampleWeights`; borrowed. */
  readonly onSampleLosses?: (losses: tf.Tensor1D) => void;
  readonly dropoutRng?: RandomStream;
}

/**
 * `total`, and where the loss has both parts `simple` (the weighted squared error) and `vlb` (T · L_t, in expectation the
 * variational bound in bits per dimension, without its constant prior term).
 */
export type DdpmLoss = Losses;

/**
 * simple: E ‖target − f_θ(x_t, t)‖², averaged over every element (Ho et al. 2020, eq. 14), the target named by the
 * denoiser's `predictionType`. vlb: T · L_t of the variational bound (eq. 5). hybrid: simple + λ T L_t, where L_t trains
 * the variance alone: its gradient stops at the mean (Nichol & Dhariwal 2021, eq. 16, arXiv 2102.09672).
 * Throws `E_CONFIG` where timestepWeights are not T numbers, and for a hybrid loss without a learned variance.
 */
export function ddpmLoss(denoiser: Denoiser, schedule: NoiseSchedule, input: DdpmLossInput): DdpmLoss {
  const { xStart, noise, t, condition, dropoutRng, timestepWeights, sampleWeights, onSampleLosses } = input;
  const { predictionType, varianceType } = denoiser;
  const { loss = defaultLossKind(varianceType), vlbWeight = 0.001 } = input;
  assertWeights(timestepWeights, schedule);
  assertLossKind(denoiser, { loss, vlbWeight });
  return tf.tidy((): DdpmLoss => {
    const xt = addNoise(schedule, xStart, noise, t);
    const output = denoiser.predict(xt, t.toFloat(), { condition, dropoutRng });
    const simple = () => {
      const target = predictionTarget(schedule, predictionType, xStart, noise, t);
      return tf.squaredDifference(output.prediction, target);
    };
    const isPlain = loss === 'simple' && !timestepWeights && !sampleWeights && !onSampleLosses;
    if (isPlain) return { total: simple().mean() as tf.Scalar };

    /** T · L_t of each image; the hybrid loss holds the mean still. */
    const vlb = () => {
      const { prediction } = output;
      const held = loss === 'hybrid' ? { ...output, prediction: stopGradient(prediction) } : output;
      const term = { xStart, xt, t, predictionType, varianceType, output: held, clipDenoised: false };
      return variationalTerm(schedule, term).bitsPerDim.mul<tf.Tensor1D>(schedule.timesteps);
    };
    const weighted = () => {
      const errors = simple().mean<tf.Tensor1D>([1, 2, 3]);
      if (!timestepWeights) return errors;
      return errors.mul<tf.Tensor1D>(lookupTimesteps(schedule, (i) => timestepWeights[i]!, t, 1));
    };
    const mean = (losses: tf.Tensor1D) =>
      (sampleWeights ? losses.mul(sampleWeights) : losses).mean() as tf.Scalar;
    if (loss !== 'hybrid') {
      const total = loss === 'simple' ? weighted() : vlb();
      onSampleLosses?.(total);
      return { total: mean(total) };
    }
    const parts = { simple: weighted(), vlb: vlb() };
    const total = parts.simple.add<tf.Tensor1D>(parts.vlb.mul(vlbWeight));
    onSampleLosses?.(total);
    return { total: mean(total), simple: mean(parts.simple), vlb: mean(parts.vlb) };
  });
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
