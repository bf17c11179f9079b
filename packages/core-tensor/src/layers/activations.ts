import { tf } from '@tintype/backend';

export { silu } from '@tintype/backend';

/** x where x > 0, else slope·x. */
export function leakyRelu<T extends tf.Tensor>(x: T, negativeSlope = 0.2): T {
  return tf.leakyRelu(x, negativeSlope);
}

/** x·Φ(x), Φ the normal distribution function: Hendrycks & Gimpel (2016), arXiv:1606.08415, exact, not the tanh form. */
export function gelu<T extends tf.Tensor>(x: T): T {
  return tf.tidy(() => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)) as T);
}
