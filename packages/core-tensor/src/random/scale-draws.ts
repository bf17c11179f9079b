import type { tf } from '@tintype/backend';

/**
 * [0, 1) to [minimum, maximum). + and × round, so the maximum itself could come out; the float32 below it takes
 * its place.
 */
export function scaleUniform<R extends tf.Rank>(
  values: tf.Tensor<R>,
  minimum: number,
  maximum: number,
): tf.Tensor<R> {
  if (minimum === 0 && maximum === 1) return values;
  const scaled = values.mul(maximum - minimum).add(minimum);
  return scaled.minimum(largestBelow(maximum));
}

/** N(0, 1) to N(mean, deviation²); does nothing for 0 and 1. */
export function scaleNormal<R extends tf.Rank>(
  values: tf.Tensor<R>,
  mean: number,
  deviation: number,
): tf.Tensor<R> {
  const scaled = deviation === 1 ? values : values.mul<tf.Tensor<R>>(deviation);
  return mean === 0 ? scaled : scaled.add<tf.Tensor<R>>(mean);
}

/** The largest float32 below a number. */
function largestBelow(value: number): number {
  const view = new Float32Array([value]);
  if (view[0]! < value) return view[0]!;
  const bits = new Int32Array(view.buffer);
  if (view[0] === 0) return -(2 ** -149);
  bits[0]! += view[0]! > 0 ? -1 : 1;
  return view[0]!;
}
