import type { DataFiles, EmojiImagesRequest } from '../data-files.ts';
import type { ImageDataset } from '../dataset.ts';
import { loadEmojiStyles } from './emoji-in-styles.ts';

export interface DrawEmojiImagesOptions extends EmojiImagesRequest {
  readonly files: DataFiles;
}

const styles = ['noto', 'twemoji', 'fluent'] as const;

/** See `loadEmojiImages`; drawn once a size and kept (see `withPackCache`). */
export async function drawEmojiImages(options: DrawEmojiImagesOptions): Promise<ImageDataset> {
  const { datasets } = await loadEmojiStyles({ ...options, styles });
  return interleave(datasets, `emoji-${options.split}`);
}

/** Image i of the result is image ⌊i / n⌋ of dataset i mod n. Names would stand more than once and are left out. */
function interleave(datasets: readonly ImageDataset[], name: string): ImageDataset {
  const { size, height, width, channels, labels, classNames } = datasets[0]!;
  const length = height * width * channels;
  const count = datasets.length;
  const pixels = new Uint8Array(count * size * length);
  datasets.forEach((dataset, place) => {
    for (let i = 0; i < size; i++) {
      const image = dataset.pixels.subarray(i * length, (i + 1) * length);
      pixels.set(image, (i * count + place) * length);
    }
  });
  return {
    name,
    size: count * size,
    height,
    width,
    channels,
    pixels,
    ...(labels && {
      labels: Uint8Array.from({ length: count * size }, (_, i) => labels[Math.floor(i / count)]!),
    }),
    ...(classNames && { classNames }),
  };
}
