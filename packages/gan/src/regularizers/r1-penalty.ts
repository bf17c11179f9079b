import { tf } from '@tintype/core-tensor';
import { type Critic, squaredGradientNorms } from './input-gradient.ts';

/**
 * Mescheder et al. (2018), "Which training methods for GANs do actually converge?", arXiv 1801.04406, equation 9:
 * (γ/2) · E‖∇D(x)‖² at real images [b, …].
 */
export function r1Penalty(critic: Critic, realImages: tf.Tensor, r1Gamma: number): tf.Scalar {
  return tf.tidy(() =>
    squaredGradientNorms(critic, realImages)
      .mean<tf.Scalar>()
      .mul(r1Gamma / 2),
  );
}
