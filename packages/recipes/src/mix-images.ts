import { createRandomStream } from '@tintype/core-tensor';
import type { ImageDataset } from '@tintype/datasets';

/** The same images and labels in another order, which depends on their number alone. */
export function mixImages({ name, size, height, width, channels, ...rest }: ImageDataset): ImageDataset {
  const order = createRandomStream('mixed images').permutation(size);
  const length = height * width * channels;
  const pixels = new Uint8Array(size * length);
  order.forEach((from, to) => {
    pixels.set(rest.pixels.subarray(from * length, (from + 1) * length), to * length);
  });
  const { labels, classNames } = rest;
  return {
    name,
    size,
    height,
    width,
    channels,
    pixels,
    ...(labels && { labels: labels.map((_, to) => labels[order[to]!]!) }),
    ...(classNames && { classNames }),
  };
}
