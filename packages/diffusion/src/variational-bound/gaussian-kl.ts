import { tf } from '@tintype/core-tensor';

/** A diagonal Gaussian; `logVariance` may be one number for each image, [b, 1, 1, 1]. */
export interface DiagonalGaussian {
  /** [b, h, w, c] */
  readonly mean: tf.Tensor4D;
  readonly logVariance: tf.Tensor4D;
}

/** KL(p ‖ q) of each element in nats, [b, h, w, c]: ½ (log σ_q²/σ_p² + (σ_p² + (μ_p − μ_q)²) / σ_q² − 1). */
export function gaussianKl(p: DiagonalGaussian, q: DiagonalGaussian): tf.Tensor4D {
  return tf.tidy(() => {
    const logRatio = p.logVariance.sub(q.logVariance); // log σ_p²/σ_q²
    const distance = tf.squaredDifference(p.mean, q.mean).mul(q.logVariance.neg().exp());
    return distance.add(logRatio.exp()).sub(logRatio).sub(1).mul(0.5) as tf.Tensor4D;
  });
}
