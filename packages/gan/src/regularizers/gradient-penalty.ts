import { assertShape, type RandomStream, tf } from '@tintype/core-tensor';
import { type Critic, squaredGradientNorms } from './input-gradient.ts';

export interface GradientPenaltyOptions {
  /** λ. @default 10 */
  readonly gradientPenaltyWeight?: number;
  /** The length that gradients are drawn to. @default 1 */
  readonly target?: number;
}

/** Keeps the square root differentiable where a gradient is 0. */
const smallestSquare = 1e-12;

/**
 * Gulrajani et al. (2017), "Improved training of Wasserstein GANs", arXiv 1704.00028, equation 3:
 * λ · E[(‖∇D(x̂)‖ − 1)²] at x̂ = α·real + (1 − α)·fake, one α in [0, 1) per sample, drawn from `rng`.
 * Throws `E_SHAPE` where real and fake images [b, …] differ in shape.
 */
export function gradientPenalty(
  critic: Critic,
  realImages: tf.Tensor,
  fakeImages: tf.Tensor,
  rng: RandomStream,
  { gradientPenaltyWeight = 10, target = 1 }: GradientPenaltyOptions = {},
): tf.Scalar {
  assertShape(fakeImages, realImages.shape, 'fakeImages');
  return tf.tidy(() => {
    const batchSize = realImages.shape[0]!;
    const alpha = rng.uniform([batchSize, ...new Array<number>(realImages.rank - 1).fill(1)]);
    const mixed = realImages.mul(alpha).add(fakeImages.mul(tf.sub(1, alpha)));
    const norms = squaredGradientNorms(critic, mixed).add(smallestSquare).sqrt(); // [b]
    return norms.sub(target).square().mean<tf.Scalar>().mul(gradientPenaltyWeight);
  });
}
