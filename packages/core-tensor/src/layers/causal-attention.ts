import { tf } from '@tintype/backend';

/** Far below any score, so that e to its power is 0; not −∞, of which GPU arithmetic may assume that there is none. */
const hidden = -1e9;

/**
 * softmax(scale·Q·Kᵀ + M)·V per head, where M hides from token i all that come after it: q, k and v [b, n, c] → [b, n, c].
 * Plain operations, differentiable any number of times.
 */
export function attendCausally(
  [q, k, v]: readonly [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D],
  { heads, scale }: { readonly heads: number; readonly scale: number },
): tf.Tensor3D {
  return tf.tidy(() => {
    const [batch, count, channels] = q.shape;
    const size = channels / heads;
    const split = (x: tf.Tensor3D) =>
      x
        .reshape<tf.Tensor4D>([batch, count, heads, size])
        .transpose([0, 2, 1, 3])
        .reshape<tf.Tensor3D>([batch * heads, count, size]);
    const scores = tf.matMul(split(q.mul(scale)), split(k), false, true); // [b·heads, n, n]
    const attended = tf.matMul(tf.softmax(scores.add(laterTokens(count).mul(hidden))), split(v));
    return attended
      .reshape<tf.Tensor4D>([batch, heads, count, size])
      .transpose([0, 2, 1, 3])
      .reshape<tf.Tensor3D>([batch, count, channels]);
  });
}

/** [n, n]: 1 where the column comes after the row. */
function laterTokens(count: number): tf.Tensor2D {
  const isLater = Array.from({ length: count * count }, (_, at) => +(at % count > Math.floor(at / count)));
  return tf.tensor2d(isLater, [count, count]);
}
