import type { ImageDataset } from '../dataset.ts';
import { type EmojiStyle, emojiSet } from '../emoji/emoji-styles.ts';
import { type PictureSelection, selectPictures, withoutExtras } from '../pictures/select-pictures.ts';
import { type DrawPicturesOptions, drawPictures, withClasses } from './draw-pictures.ts';
import { createPackageReader } from './package-reader.ts';

export interface EmojiOptions extends Omit<Partial<DrawPicturesOptions>, 'imageSize'>, PictureSelection {
  /** Sides in pixels, 1 to 4096. @default 32 */
  readonly imageSize?: number;
}

export interface LoadEmojiOptions extends EmojiOptions {
  /** `noto` and `twemoji` have some 1 660 pictures without skin tones and flags, `fluent` 1 586. */
  readonly style: EmojiStyle;
}

/**
 * The emoji of one artist in colour, in the order of their code points, with their names; classes are the categories
 * of the set. They are drawn from the installed package `@iconify-json/noto` (Apache-2.0), `@iconify-json/twemoji`
 * (CC BY 4.0) or `@iconify-json/fluent-emoji-flat` (MIT), once, and kept (see `withPackCache`).
 * Throws `E_DATA_MISSING` with the install line where the package is absent, `E_DATA` for a style, name or limit that
 * there is not, `E_CONFIG` for an impossible size or colour.
 */
export async function loadEmoji(options: LoadEmojiOptions): Promise<ImageDataset> {
  const { style, files = createPackageReader(), imageSize = 32 } = options;
  const set = emojiSet(style, 'loadEmoji.style');
  const listed = await set.list(files);
  const pictures = selectPictures(listed, options, 'loadEmoji');
  const dataset = await drawPictures(set, pictures, { ...options, files, imageSize });
  return withClasses({ ...dataset, name: `emoji-${style}` }, pictures, withoutExtras(listed, options));
}
