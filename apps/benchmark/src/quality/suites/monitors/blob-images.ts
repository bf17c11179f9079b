import { type RandomStream, tf } from '@tintype/core-tensor';

export const blobSize = 8;

/** Pictures [count, 8, 8, 1] in [-1, 1] of three round spots at places of their own. */
export function drawBlobs(count: number, rng: RandomStream): tf.Tensor4D {
  return tf.tidy(() => {
    const centres = rng.uniform<tf.Rank.R3>([count, 3, 2], 0.5, blobSize - 1.5);
    const pixels = tf.range(0, blobSize);
    const along = (axis: number) =>
      tf
        .sub(pixels.reshape([1, 1, blobSize]), centres.slice([0, 0, axis], [-1, -1, 1]))
        .square()
        .div(-2)
        .exp(); // [count, 3, 8]
    const spots = tf.mul(along(0).expandDims(3), along(1).expandDims(2)); // [count, 3, 8, 8]
    return spots.max(1).mul(2).sub(1).expandDims<tf.Tensor4D>(3);
  });
}
