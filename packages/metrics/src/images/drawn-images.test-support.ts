import { createRandomStream, type ImageBatch, tf } from '@tintype/core-tensor';

/** Smooth pictures with some noise, [2, 14, 17, 3] in [-1, 1]. */
export function picture(seed: string, shape: ImageBatch['shape'] = [2, 14, 17, 3]): ImageBatch {
  const noise = tf.tidy(() =>
    createRandomStream(seed)
      .uniform([shape.reduce((a, b) => a * b)], -0.3, 0.3)
      .dataSync(),
  );
  return { shape, values: Float32Array.from(noise, (value, i) => value + 0.6 * Math.sin(i / 40)) };
}
export const changeImages = (
  images: ImageBatch,
  to: (value: number, index: number) => number,
): ImageBatch => ({
  ...images,
  values: images.values.map(to),
});
/** Flat images. */
export const fillImages = (value: number, shape: ImageBatch['shape'] = [1, 12, 12, 1]): ImageBatch => ({
  shape,
  values: new Float32Array(shape.reduce((a, b) => a * b)).fill(value),
});
