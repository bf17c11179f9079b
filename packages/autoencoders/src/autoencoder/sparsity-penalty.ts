import { tf } from '@tintype/core-tensor';

/** Keeps the logarithms finite where every activation rounds to 0 or 1. */
const smallest = 1e-8;

/**
 * Σⱼ KL(ρ ‖ ρ̂ⱼ) over the latents of codes [b, latentDim] in (0, 1), ρ̂ⱼ the mean of latent j over the batch:
 * ρ log(ρ / ρ̂) + (1 − ρ) log((1 − ρ) / (1 − ρ̂)), 0 where the mean hits the target ρ. Ng (2011), "Sparse autoencoder",
 * CS294A lecture notes, section 3.
 */
export function sparsityPenalty(codes: tf.Tensor2D, sparsityTarget: number): tf.Scalar {
  return tf.tidy(() => {
    const means = codes.mean(0); // [latentDim]
    const active = means.add(smallest).log().mul(sparsityTarget);
    const silent = tf
      .sub(1, means)
      .add(smallest)
      .log()
      .mul(1 - sparsityTarget);
    const entropy =
      sparsityTarget * Math.log(sparsityTarget) + (1 - sparsityTarget) * Math.log(1 - sparsityTarget);
    return tf.sub(entropy, active.add(silent)).sum<tf.Scalar>();
  });
}
