import type { tf } from '@tintype/core-tensor';
import type { ImageDataset } from './dataset.ts';

/** Images of 2×2 pixels that name themselves: image i is level `first` + i but for its last pixel, which is white. */
export function numberedImages(name: string, size: number, first = 0, channels = 1): ImageDataset {
  const length = 4 * channels;
  const pixels = Uint8Array.from({ length: size * length }, (_, i) =>
    i % length >= length - channels ? 255 : first + Math.floor(i / length),
  );
  return { name, size, height: 2, width: 2, channels, pixels };
}

/** The level of the first pixel of each image, which numbers it. */
export function readNumbers(images: tf.Tensor): number[] {
  const values = images.dataSync();
  const length = values.length / images.shape[0]!;
  return Array.from({ length: images.shape[0]! }, (_, i) => Math.round((values[i * length]! + 1) * 127.5));
}

/** The tensors of a batch that is there at once, and freed after `read`. */
export function readBatch<Result>(
  batch: unknown,
  read: (tensors: Readonly<Record<string, tf.Tensor>>) => Result,
): Result {
  const tensors = batch as Readonly<Record<string, tf.Tensor>>;
  try {
    return read(tensors);
  } finally {
    for (const tensor of Object.values(tensors)) tensor.dispose();
  }
}
