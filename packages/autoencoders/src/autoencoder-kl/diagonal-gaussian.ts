import { tf } from '@tintype/core-tensor';

/** q(z|x) over maps: mean and logarithm of the variance, each [b, h, w, c]. */
export interface DiagonalGaussian {
  readonly mu: tf.Tensor4D;
  /** In [-30, 20]. */
  readonly logVar: tf.Tensor4D;
}

/** Cuts moments [b, h, w, 2c] into mean and logVar, which is clipped to [-30, 20] and there has no gradient. */
export function splitMoments(moments: tf.Tensor4D): DiagonalGaussian {
  return tf.tidy((): DiagonalGaussian & tf.TensorContainerObject => {
    const [mu, raw] = tf.split(moments, 2, 3) as [tf.Tensor4D, tf.Tensor4D];
    return { mu, logVar: tf.clipByValue(raw, -30, 20) };
  });
}

/** z = mu + exp(logVar / 2) · noise, all [b, h, w, c]. */
export function sampleGaussian({ mu, logVar }: DiagonalGaussian, noise: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => mu.add(logVar.div(2).exp().mul(noise)));
}

/** KL(q ‖ N(0, I)) = ½ Σ (mu² + exp(logVar) − 1 − logVar) of each image [b], in nats. */
export function gaussianKl({ mu, logVar }: DiagonalGaussian): tf.Tensor1D {
  return tf.tidy(() => {
    const terms = mu.square().add(logVar.exp()).sub(logVar).sub(1).div(2);
    return terms.sum([1, 2, 3]);
  });
}

/** −log q(z) = ½ Σ (ln 2π + logVar + (z − mu)² / exp(logVar)) of each image [b], in nats. */
export function gaussianNegativeLogLikelihood(
  { mu, logVar }: DiagonalGaussian,
  latents: tf.Tensor4D,
): tf.Tensor1D {
  return tf.tidy(() => {
    const distances = tf.squaredDifference(latents, mu).div(logVar.exp());
    const terms = distances
      .add(logVar)
      .add(Math.log(2 * Math.PI))
      .div(2);
    return terms.sum([1, 2, 3]);
  });
}
