import { tf } from '@tintype/backend';

/** x·σ(x) (Elfwing et al. 2017, arXiv:1702.03118), also called swish. */
export function silu<T extends tf.Tensor>(x: T): T {
  return tf.tidy(() => tf.mul(x, tf.sigmoid(x)) as T);
}

/** x where x > 0, else slope·x. */
export function leakyRelu<T extends tf.Tensor>(x: T, negativeSlope = 0.2): T {
  return tf.leakyRelu(x, negativeSlope);
}
