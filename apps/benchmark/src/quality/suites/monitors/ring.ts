import { type RandomStream, tf } from '@tintype/core-tensor';

export const ringModes = 8;
const radius = 2;

/** Mode of each of so many points. */
export function drawModes(count: number, rng: RandomStream): tf.Tensor1D {
  return rng.fork('mode').integers<tf.Rank.R1>([count], 0, ringModes);
}

/** Points [n, 2] around these modes of a ring of radius 2. */
export function drawAroundModes(modes: tf.Tensor1D, rng: RandomStream, deviation = 0.1): tf.Tensor2D {
  return tf.tidy(() => {
    const angle = modes.toFloat().mul((2 * Math.PI) / ringModes);
    const centres = tf.stack([angle.cos(), angle.sin()], 1).mul(radius);
    return centres.add<tf.Tensor2D>(rng.fork('noise').normal(centres.shape, 0, deviation));
  });
}

/** Points [count, 2] of all modes. */
export function drawRing(count: number, rng: RandomStream): tf.Tensor2D {
  return tf.tidy(() => drawAroundModes(drawModes(count, rng), rng));
}

/** Logits [n, 8] of the modes, largest for the nearest. */
export function nearestMode(points: tf.Tensor): tf.Tensor2D {
  return tf.tidy(() => {
    const angles = tf.range(0, ringModes).mul((2 * Math.PI) / ringModes);
    const directions = tf.stack([angles.cos(), angles.sin()]) as tf.Tensor2D; // [2, 8]
    return tf.matMul(points.reshape<tf.Tensor2D>([-1, 2]), directions);
  });
}
