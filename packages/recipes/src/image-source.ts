import {
  type DataFiles,
  type DatasetSplit,
  type ImageDataset,
  loadEmojiImages,
  loadFashionMnist,
  loadMnist,
} from '@tintype/datasets';
import type { FeatureNetworkName } from '@tintype/metrics';
import { mixImages } from './mix-images.ts';

export interface LoadSourceOptions {
  readonly files: DataFiles;
  readonly split: DatasetSplit;
  /** Side length that drawn pictures are drawn at; others come as they are. */
  readonly imageSize: number;
}

/** A dataset that recipes are made on: what it is called, how it is loaded, and what reads its images. */
export interface ImageSource {
  readonly name: string;
  readonly channels: 1 | 3;
  /** The network that features and classes are read with; absent where there is none. */
  readonly network?: FeatureNetworkName;
  /** Throws `E_DATA_MISSING` where the data are absent. */
  load(options: LoadSourceOptions): Promise<ImageDataset>;
}

/** 60 000 + 10 000 digits of 28×28. */
export const mnistSource: ImageSource = {
  name: 'mnist',
  channels: 1,
  network: 'mnist',
  load: loadMnist,
};

/** 60 000 + 10 000 garments of 28×28, whose files are sorted by class: mixed, so that the first of them are all kinds. */
export const fashionMnistSource: ImageSource = {
  name: 'fashion-mnist',
  channels: 1,
  network: 'fashion-mnist',
  load: async (options) => mixImages(await loadFashionMnist(options)),
};

/** 4 203 + 555 emoji by three artists, in colour at any size; drawn in Node. */
export const emojiSource: ImageSource = { name: 'emoji', channels: 3, load: loadEmojiImages };
