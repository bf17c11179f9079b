import { tf } from '@tintype/backend';

export { silu } from '@tintype/backend';

/** x where x > 0, else slope·x. */
export function leakyRelu<T extends tf.Tensor>(x: T, negativeSlope = 0.2): T {
  return tf.leakyRelu(x, negativeSlope);
}
