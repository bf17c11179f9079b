import { tf } from '@tintype/core-tensor';
import { resizeArea } from '@tintype/datasets';
import type { ImageBatches } from './read-batches.ts';

/**
 * The same batches with images of `imageSize` × `imageSize` pixels, by area averaging; those of that size pass as they
 * are. Takes over each batch that it is given, and gives its own to the consumer.
 */
export async function* resizeBatches(batches: ImageBatches, imageSize: number): AsyncGenerator<tf.Tensor4D> {
  for await (const images of batches) {
    const [, height, width] = images.shape;
    yield height === imageSize && width === imageSize ? images : await resizeImages(images, imageSize);
  }
}

async function resizeImages(images: tf.Tensor4D, imageSize: number): Promise<tf.Tensor4D> {
  try {
    const [count, height, width, channels] = images.shape;
    const source = (await images.data()) as Float32Array;
    const [from, to] = [height * width * channels, imageSize ** 2 * channels];
    const target = new Float32Array(count * to);
    for (let i = 0; i < count; i++) {
      const values = source.subarray(i * from, (i + 1) * from);
      resizeArea({ height, width, channels, values }, imageSize, imageSize, target, i * to);
    }
    return tf.tensor4d(target, [count, imageSize, imageSize, channels]);
  } finally {
    images.dispose();
  }
}
