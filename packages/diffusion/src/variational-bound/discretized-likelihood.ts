import { tf } from '@tintype/core-tensor';
import type { DiagonalGaussian } from './gaussian-kl.ts';

/** Half the distance of two 8-bit values in [-1, 1]. */
const halfBin = 1 / 255;
/** Probabilities below it count as this much, so that no pixel costs more than 28 nats. */
const leastProbability = 1e-12;
/** Beyond it lies the bin of the value ±1, which goes on to infinity. */
const edge = 0.999;

/**
 * Φ(x) through ½ (1 + tanh(√(2/π) (x + 0.044715 x³))), within 3e-4, as Ho et al. 2020's own code has it, so that bounds
 * can be compared.
 */
export function standardNormalCdf<T extends tf.Tensor>(x: T): T {
  return tf.tidy(() => {
    const cubic = tf.add(x, tf.mul(tf.mul(tf.square(x), x), 0.044715));
    return tf.mul(tf.add(tf.tanh(tf.mul(cubic, Math.sqrt(2 / Math.PI))), 1), 0.5) as T;
  });
}

/**
 * log of the probability that a Gaussian gives to the 8-bit value of each element, in nats: its mass over
 * [x − 1/255, x + 1/255], open outwards at ±1 (Ho et al. 2020, eq. 13). x: [b, h, w, c], 8-bit values in [-1, 1].
 */
export function discretizedLogLikelihood(
  x: tf.Tensor4D,
  { mean, logVariance }: DiagonalGaussian,
): tf.Tensor4D {
  return tf.tidy(() => {
    const inverseDeviation = logVariance.mul(-0.5).exp();
    const centred = x.sub(mean);
    const below = standardNormalCdf(centred.sub(halfBin).mul(inverseDeviation) as tf.Tensor4D);
    const upTo = standardNormalCdf(centred.add(halfBin).mul(inverseDeviation) as tf.Tensor4D);
    const within = logOf(upTo.sub(below));
    const above = logOf(tf.sub(1, below));
    const upper = tf.where(x.greater(edge), above, within);
    return tf.where(x.less(-edge), logOf(upTo), upper) as tf.Tensor4D;
  });
}

function logOf(probability: tf.Tensor): tf.Tensor {
  return tf.log(tf.maximum(probability, leastProbability));
}
