import { tf } from '@tintype/core-tensor';
import type { NoiseSchedule } from '../noise-schedule/index.ts';
import { discretizedLogLikelihood } from './discretized-likelihood.ts';
import {
  forwardDistribution,
  type ModelDistributionInput,
  modelDistribution,
  posteriorDistribution,
} from './distributions.ts';
import { gaussianKl } from './gaussian-kl.ts';

export type VariationalTermInput = ModelDistributionInput & {
  /** Clean images, [b, h, w, c], 8-bit values in [-1, 1]. */
  readonly xStart: tf.Tensor4D;
};

export type VariationalTerm = {
  /** L_t of each image in bits per dimension, [b]. */
  readonly bitsPerDim: tf.Tensor1D;
  /** The x_0 predicted, [b, h, w, c]. */
  readonly xStart: tf.Tensor4D;
};

/**
 * The part of the variational bound that timestep t contributes (Ho et al. 2020, eq. 5): KL(q(x_{t−1} | x_t, x_0) ‖
 * p_θ(x_{t−1} | x_t)), and −log p_θ(x_0 | x_1) at t = 0; averaged over pixels and channels, over log 2.
 */
export function variationalTerm(schedule: NoiseSchedule, input: VariationalTermInput): VariationalTerm {
  const { xStart, xt, t } = input;
  return tf.tidy(() => {
    const model = modelDistribution(schedule, input);
    const kl = gaussianKl(posteriorDistribution(schedule, xStart, xt, t), model);
    const decoder = discretizedLogLikelihood(xStart, model).neg();
    const isFirst = tf.equal(t, 0);
    const bitsPerDim = tf.where(isFirst, bitsOf(decoder), bitsOf(kl)) as tf.Tensor1D;
    return { bitsPerDim, xStart: model.xStart };
  });
}

/** L_T = KL(q(x_T | x_0) ‖ N(0, 1)) of each image in bits per dimension, [b]: what no training can change. */
export function priorTerm(schedule: NoiseSchedule, xStart: tf.Tensor4D): tf.Tensor1D {
  return tf.tidy(() => {
    const t = tf.fill([xStart.shape[0]], schedule.timesteps - 1, 'int32') as tf.Tensor1D;
    const zero = tf.zeros<tf.Rank.R4>([1, 1, 1, 1]);
    return bitsOf(gaussianKl(forwardDistribution(schedule, xStart, t), { mean: zero, logVariance: zero }));
  });
}

/** Nats of each element to bits per dimension of each image. */
function bitsOf(nats: tf.Tensor): tf.Tensor1D {
  return nats.mean([1, 2, 3]).div(Math.LN2) as tf.Tensor1D;
}
