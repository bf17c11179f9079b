import { tf } from '../../tf.ts';
import type { AttentionAttributes } from './attributes.ts';

/** `attention` of plain operations. */
export function attendByOperations(
  q: tf.Tensor3D,
  k: tf.Tensor3D,
  v: tf.Tensor3D,
  { heads, scale }: AttentionAttributes,
): tf.Tensor3D {
  return tf.tidy(() => {
    const scores = tf.matMul(splitHeads(tf.mul(q, scale), heads), splitHeads(k, heads), false, true);
    return joinHeads(tf.matMul(tf.softmax(scores), splitHeads(v, heads)), heads);
  });
}

/** Gradients by q, k and v as differentiable functions of all arguments. */
export function gradientByOperations(
  dy: tf.Tensor3D,
  [q, k, v]: readonly tf.Tensor3D[],
  { heads, scale }: AttentionAttributes,
): tf.Tensor3D[] {
  const [query, key, value] = [tf.mul(q!, scale), k!, v!].map((x) => splitHeads(x as tf.Tensor3D, heads));
  const gradient = splitHeads(dy, heads); // [b·heads, n, d]
  const weights = tf.softmax(tf.matMul(query!, key!, false, true)); // [b·heads, n, m]
  const slopes = tf.matMul(gradient, value!, false, true);
  const product = tf.sum(tf.mul(slopes, weights), -1, true);
  const scores = tf.mul(weights, tf.sub(slopes, product));
  const gradients = [
    tf.mul(tf.matMul(scores, key!), scale),
    tf.matMul(scores, query!, true, false),
    tf.matMul(weights, gradient, true, false),
  ];
  return gradients.map((x) => joinHeads(x as tf.Tensor3D, heads));
}

function splitHeads(x: tf.Tensor3D, heads: number): tf.Tensor3D {
  if (heads === 1) return x;
  const [batch, count, channels] = x.shape;
  const size = channels / heads;
  const apart = tf.transpose(tf.reshape(x, [batch, count, heads, size]), [0, 2, 1, 3]);
  return tf.reshape(apart, [batch * heads, count, size]);
}

function joinHeads(x: tf.Tensor3D, heads: number): tf.Tensor3D {
  if (heads === 1) return x;
  const [rows, count, size] = x.shape;
  const together = tf.transpose(tf.reshape(x, [rows / heads, heads, count, size]), [0, 2, 1, 3]);
  return tf.reshape(together, [rows / heads, count, heads * size]);
}
