import { type RandomStream, tf } from '@tintype/core-tensor';
import type { ImageDataset } from '@tintype/datasets';
import { digitBatches } from './digit-batches.ts';

/**
 * Images [b, s, s, 1] that know each pixel of the digits but nothing of the others: independent Gaussians with the mean
 * and deviation that the first 10 000 training digits have there, clipped to [-1, 1]. The consumer frees each batch.
 */
export async function* perPixelGaussians(
  train: ImageDataset,
  {
    imageSize,
    count,
    rng,
  }: { readonly imageSize: number; readonly count: number; readonly rng: RandomStream },
): AsyncGenerator<tf.Tensor4D> {
  const { mean, deviation } = await pixelMoments(train, imageSize);
  try {
    for (let first = 0; first < count; first += batchSize) {
      yield tf.tidy(() => {
        const noise = rng.normalRows(first, Math.min(batchSize, count - first), [imageSize, imageSize, 1]);
        return noise.mul(deviation).add(mean).clipByValue(-1, 1) as tf.Tensor4D;
      });
    }
  } finally {
    tf.dispose([mean, deviation]);
  }
}

const batchSize = 250;
const measuredDigits = 10_000;

async function pixelMoments(train: ImageDataset, imageSize: number) {
  let sums: [tf.Tensor, tf.Tensor] | undefined;
  let count = 0;
  for await (const images of digitBatches(train, { imageSize, count: measuredDigits })) {
    const before = sums;
    sums = tf.tidy(() => {
      const [sum, squares] = [images.sum(0), images.square().sum(0)];
      return before ? [before[0].add(sum), before[1].add(squares)] : [sum, squares];
    });
    count += images.shape[0];
    tf.dispose([images, ...(before ?? [])]);
  }
  const [sum, squares] = sums!;
  const moments = tf.tidy(() => {
    const mean = sum.div(count);
    return { mean, deviation: squares.div(count).sub(mean.square()).maximum(0).sqrt() };
  });
  tf.dispose(sums!);
  return moments;
}
