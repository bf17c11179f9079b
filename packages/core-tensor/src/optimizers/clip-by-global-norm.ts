import { scaleToNorm, tf } from '@tintype/backend';
import { assertPositive } from './assert-hyperparameters.ts';

export interface ClippedGradients {
  /** New tensors, given to the caller. */
  readonly gradients: Record<string, tf.Tensor>;
  /** √(Σ g²) over all gradients before clipping; stays on the device. */
  readonly norm: tf.Scalar;
}

/**
 * Pascanu et al. (2013), arXiv:1211.5063, as torch.nn.utils.clip_grad_norm_:
 * g · min(1, maxNorm / (norm + 1e-6)). Borrows the gradients. Throws `E_CONFIG` unless maxNorm > 0.
 */
export function clipByGlobalNorm(
  gradients: Readonly<Record<string, tf.Tensor>>,
  maxNorm: number,
): ClippedGradients {
  assertPositive('clipByGlobalNorm', { maxNorm });
  const names = Object.keys(gradients);
  return tf.tidy(() => {
    const scaled = scaleToNorm(Object.values(gradients), maxNorm);
    if (scaled) {
      return {
        gradients: Object.fromEntries(names.map((name, i) => [name, scaled.gradients[i]!])),
        norm: scaled.norm,
      };
    }
    const squares = Object.values(gradients).map((gradient) => tf.sum(tf.square(gradient)) as tf.Scalar);
    const norm: tf.Scalar = squares.length === 0 ? tf.scalar(0) : tf.sqrt(tf.addN(squares));
    const factor = tf.minimum(1, tf.div(maxNorm, tf.add(norm, 1e-6)));
    const clipped = Object.entries(gradients).map(
      ([name, gradient]) => [name, tf.mul(gradient, factor)] as const,
    );
    return { gradients: Object.fromEntries(clipped), norm };
  });
}
