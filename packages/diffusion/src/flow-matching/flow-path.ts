import { tf } from '@tintype/core-tensor';

/**
 * x_σ = (1 − σ) x_0 + σ ε, the straight path from image to noise (Liu et al. 2022, arXiv 2209.03003, eq. 1; σ = 1 − their t).
 * xStart and noise: [batch, …]; sigma: a number for all samples or float32 [batch], within 0 … 1.
 */
export function mixFlow<T extends tf.Tensor>(xStart: T, noise: T, sigma: number | tf.Tensor1D): T {
  return tf.tidy(() => {
    const share =
      typeof sigma === 'number'
        ? tf.scalar(sigma)
        : sigma.reshape([-1, ...new Array<number>(xStart.rank - 1).fill(1)]);
    return xStart.mul(tf.sub(1, share)).add(noise.mul(share)) as T;
  });
}

/** dx_σ/dσ = ε − x_0, the same all along the path: what a flow denoiser learns. */
export function flowVelocity<T extends tf.Tensor>(xStart: T, noise: T): T {
  return tf.sub(noise, xStart);
}
