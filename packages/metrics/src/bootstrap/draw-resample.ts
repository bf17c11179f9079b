import { type RandomStream, tf } from '@tintype/core-tensor';

/** n indices below n, drawn with replacement; needs a selected backend, as all draws do. */
export function drawResample(n: number, rng: RandomStream): Int32Array {
  return tf.tidy(() => rng.integers([n], 0, n).dataSync<'int32'>());
}
