import { tf } from '@tintype/backend';

/**
 * Karras et al. (2018), arXiv:1710.10196, §4.2: x / √(mean(x²) + ε) over the last axis. Learns nothing.
 * [..., c] → the same shape.
 */
export function pixelNorm<T extends tf.Tensor>(x: T, epsilon = 1e-8): T {
  return tf.tidy(() => tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), epsilon))) as T);
}
