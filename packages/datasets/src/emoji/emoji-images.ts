import { TintypeError } from '@tintype/core-tensor';
import type { DataFiles, EmojiImagesRequest } from '../data-files.ts';
import type { ImageDataset } from '../dataset.ts';

export interface LoadEmojiImagesOptions extends Partial<EmojiImagesRequest> {
  readonly files: DataFiles;
}

/**
 * What Google, Twitter and Microsoft all have drawn, in colour on white, as one dataset (see `loadEmojiStyles`): picture
 * i is by artist i mod 3, and shows what the two beside it show. A thing is held out in all three hands, and with it the
 * variants that look alike: 4 203 training and 555 test pictures.
 * Throws `E_DATA_MISSING` where pictures cannot be drawn, and with the install line where a package is absent.
 */
export async function loadEmojiImages({
  files,
  split = 'train',
  imageSize = 32,
}: LoadEmojiImagesOptions): Promise<ImageDataset> {
  if (files.drawEmoji) return files.drawEmoji({ split, imageSize });
  throw new TintypeError('E_DATA_MISSING', {
    where: 'loadEmojiImages: files',
    what: 'emoji are drawn in Node, and these files cannot draw',
    remedy: 'Use createPackageDataFiles of @tintype/datasets/node, or a folder of your own images',
  });
}
