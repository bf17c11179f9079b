import { assertConfig, assertShape, tf, v } from '@tintype/core-tensor';

/**
 * Codes [n, d] with one of their numbers set to each of `values` in turn and the others left as they are:
 * [n · values.length, d], a walk after the other. Throws `E_CONFIG` unless `dimension` is 0 to d − 1 and there are values.
 */
export function walkLatent(latents: tf.Tensor2D, dimension: number, values: readonly number[]): tf.Tensor2D {
  assertShape(latents, [null, null], 'latents');
  const [n, d] = latents.shape;
  assertConfig(
    v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(d - 1)),
    dimension,
    'walkLatent.dimension',
  );
  assertConfig(
    v.pipe(v.array(v.pipe(v.number(), v.finite())), v.minLength(1)),
    [...values],
    'walkLatent.values',
  );
  return tf.tidy(() => {
    const isWalked = tf.range(0, d).equal(dimension).toFloat(); // [d]
    const kept = latents.mul(tf.sub(1, isWalked)).reshape([n, 1, d]);
    const walked = tf
      .tensor1d([...values])
      .reshape([1, values.length, 1])
      .mul(isWalked); // [1, steps, d]
    return kept.add(walked).reshape<tf.Tensor2D>([n * values.length, d]);
  });
}
