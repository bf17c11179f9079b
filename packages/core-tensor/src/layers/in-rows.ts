import { tf } from '@tintype/backend';

/** Applies a function of [b, positions, c] to [b, ..., c], where it may be empty. */
export function inRows<T extends tf.Tensor>(
  x: T,
  channels: number,
  apply: (rows: tf.Tensor3D) => tf.Tensor3D,
): T {
  return tf.tidy(() => {
    const positions = x.shape.slice(1, -1).reduce((product, size) => product * size, 1);
    const rows = tf.reshape(x, [x.shape[0] ?? 1, positions, channels]) as tf.Tensor3D;
    return tf.reshape(apply(rows), x.shape) as T;
  });
}
