import { assertConfig, assertShape, tf, v } from '@tintype/core-tensor';

export interface InterpolateLatentsOptions {
  /**
   * `linear`: straight lines. `spherical`: the angle and the length change evenly, which stays where N(0, I) has its mass
   * (White 2016, arXiv 1609.04468); vectors that point the same or the opposite way, or are 0, go straight. @default 'linear'
   */
  readonly kind?: 'linear' | 'spherical';
}

/** Below this sine two directions are taken as one line, on which the angle says nothing. */
const smallestSine = 1e-3;

/**
 * Codes [n, d] and codes [n, d] → the `steps` codes from each to its partner, both ends included: [n · steps, d], a way after
 * the other. Throws `E_CONFIG` unless steps ≥ 2, `E_SHAPE`.
 */
export function interpolateLatents(
  from: tf.Tensor2D,
  to: tf.Tensor2D,
  steps: number,
  { kind = 'linear' }: InterpolateLatentsOptions = {},
): tf.Tensor2D {
  const where = 'interpolateLatents';
  assertConfig(v.pipe(v.number(), v.integer(), v.minValue(2)), steps, `${where}.steps`);
  assertConfig(v.picklist(['linear', 'spherical']), kind, `${where}.kind`);
  assertShape(from, [null, null], 'from');
  assertShape(to, from.shape, 'to');
  const [n, d] = from.shape;
  return tf.tidy(() => {
    const share = tf
      .tensor1d(Array.from({ length: steps }, (_, i) => i / (steps - 1)))
      .reshape([1, steps, 1]);
    const [a, b] = [from.reshape([n, 1, d]), to.reshape([n, 1, d])];
    const straight = a.mul(tf.sub(1, share)).add(b.mul(share)); // [n, steps, d]
    const path = kind === 'linear' ? straight : alongSphere(a, b, share, straight);
    return path.reshape<tf.Tensor2D>([n * steps, d]);
  });
}

/** sin((1 − s)Ω) / sin Ω · a/|a| + sin(sΩ) / sin Ω · b/|b|, times a length that goes evenly from |a| to |b|. */
function alongSphere(a: tf.Tensor, b: tf.Tensor, share: tf.Tensor, straight: tf.Tensor): tf.Tensor {
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
  return tf.where(isCurved.broadcastTo(straight.shape), direction.mul(length), straight);
}
