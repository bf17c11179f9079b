import { tf } from '@tintype/backend';

/** Multiplied from the right onto [b, c]: replaces each channel by the mean of its group. */
export type GroupMatrix = tf.Tensor2D;

/** The [channels, channels] matrix of group means, on the host: 1/size inside a group's block, else 0. */
export function groupMeanMatrix(channels: number, groups: number): Float32Array {
  const size = channels / groups;
  const matrix = new Float32Array(channels * channels);
  for (let row = 0; row < channels; row++) {
    const first = Math.floor(row / size) * size;
    matrix.fill(1 / size, row * channels + first, row * channels + first + size);
  }
  return matrix;
}

/**
 * y = (x − mean) / √(variance + ε) · weight + bias with the biased variance, per sample over positions and a group's
 * channels: [b, n, c] → [b, n, c]. Sums over positions run as a product with a row of 1/n, which needs neither
 * transposes nor grouped shapes, and whose gradient is one product again.
 */
export function normalizeRows(
  x: tf.Tensor3D,
  epsilon: number,
  groupMeans: GroupMatrix | undefined,
  affine: { weight: tf.Tensor; bias: tf.Tensor } | undefined,
): tf.Tensor3D {
  const [batch, positions, channels] = x.shape;
  const row = tf.fill([1, 1, positions], 1 / positions);
  const mean = (values: tf.Tensor3D): tf.Tensor3D => {
    const perChannel = tf.matMul(row, values) as tf.Tensor3D; // [b, 1, c]
    if (groupMeans === undefined) return perChannel;
    const perGroup = tf.matMul(tf.reshape(perChannel, [batch, channels]), groupMeans); // [b, c]
    return tf.reshape(perGroup, [batch, 1, channels]);
  };
  const centred = tf.sub(x, mean(x)) as tf.Tensor3D;
  const inverseDeviation = tf.rsqrt(tf.add(mean(tf.square(centred)), epsilon)); // [b, 1, c]
  if (affine === undefined) return tf.mul(centred, inverseDeviation);
  return tf.add(tf.mul(centred, tf.mul(inverseDeviation, affine.weight)), affine.bias);
}
