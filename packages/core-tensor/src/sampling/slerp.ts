import { tf } from '@tintype/backend';

/** Below this sine two directions are taken as one line, on which the angle says nothing. */
const smallestSine = 1e-3;

/**
 * From vectors [n, 1, d] towards others, `share` of the way: [1, s, 1] or [n, s, 1] within 0 … 1 → [n, s, d]. The direction is
 * sin((1 − s)Ω) / sin Ω · a/|a| + sin(sΩ) / sin Ω · b/|b| (Shoemake 1985), the length goes evenly from |a| to |b|. Vectors on
 * one line, and such as are 0, are joined by a straight one.
 */
export function slerp(a: tf.Tensor, b: tf.Tensor, share: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const [lengthA, lengthB] = [a.norm(2, 2, true), b.norm(2, 2, true)]; // [n, 1, 1]
    const cosine = a.mul(b).sum(2, true).div(lengthA.mul(lengthB).maximum(1e-20)).clipByValue(-1, 1);
    const sine = tf.sub(1, cosine.square()).sqrt();
    const angle = cosine.acos();
    const isCurved = sine.greater(smallestSine).logicalAnd(lengthA.mul(lengthB).greater(0));
    const divisor = sine.maximum(smallestSine);
    const turn = (part: tf.Tensor, x: tf.Tensor, length: tf.Tensor) =>
      angle
        .mul(part)
        .sin()
        .div(divisor)
        .mul(x.div(length.maximum(1e-20)));
    const direction = turn(tf.sub(1, share), a, lengthA).add(turn(share, b, lengthB));
    const length = lengthA.mul(tf.sub(1, share)).add(lengthB.mul(share));
    const straight = a.mul(tf.sub(1, share)).add(b.mul(share)); // [n, s, d]
    return tf.where(isCurved.broadcastTo(straight.shape), direction.mul(length), straight);
  });
}
