import { TintypeError } from '@tintype/core-tensor';
import type { ImageDataset } from '../dataset.ts';
import { assertSplit, type DatasetSplit } from '../dataset-split.ts';
import { type EmojiStyle, emojiSet } from '../emoji/emoji-styles.ts';
import { isHeldOut } from '../line-art/held-out.ts';
import type { Picture } from '../pictures/picture.ts';
import { selectPictures, withoutExtras } from '../pictures/select-pictures.ts';
import { drawPictures, withClasses } from './draw-pictures.ts';
import type { EmojiOptions } from './emoji.ts';
import { createPackageReader } from './package-reader.ts';

export interface LoadEmojiStylesOptions extends EmojiOptions {
  /** At least two; names and classes are those of the first. */
  readonly styles: readonly EmojiStyle[];
  /** One picture in ten is for testing, always the same. @default both */
  readonly split?: DatasetSplit;
}

export interface EmojiStyles {
  /** One dataset a style, in the order asked for; image i of each shows the same. */
  readonly datasets: readonly ImageDataset[];
  readonly names: readonly string[];
}

/**
 * What all of these artists have drawn, in the order of the code points: unpaired data for training between styles,
 * and true pairs for measuring it. Pictures are matched by their code points, since 30 and more names differ.
 * All three styles share 1 594 pictures without skin tones, 1 586 without flags also.
 * Throws what `loadEmoji` throws, and `E_DATA` for fewer than two styles or one asked for twice.
 */
export async function loadEmojiStyles(options: LoadEmojiStylesOptions): Promise<EmojiStyles> {
  const { styles, files = createPackageReader(), imageSize = 32 } = options;
  assertStyles(styles);
  const sets = styles.map((style) => emojiSet(style, 'loadEmojiStyles.styles'));
  const lists = await Promise.all(sets.map((set) => set.list(files)));
  const byCode = lists.map((list) => new Map(list.map((picture) => [picture.codePoints, picture])));
  const shared = lists[0]!.filter(({ codePoints }) => byCode.every((known) => known.has(codePoints)));
  if (options.split) assertSplit(options.split, 'loadEmojiStyles.split');
  const ofSplit = shared.filter(({ codePoints }) => isOfSplit(codePoints, options.split));
  const chosen = selectPictures(ofSplit, options, 'loadEmojiStyles');

  const datasets: ImageDataset[] = [];
  for (const [place, set] of sets.entries()) {
    const pictures = chosen.map(({ codePoints }): Picture => byCode[place]!.get(codePoints)!);
    const dataset = await drawPictures(set, pictures, { ...options, files, imageSize });
    const named = { ...dataset, name: `emoji-${styles[place]}` };
    datasets.push(withClasses(named, chosen, withoutExtras(shared, options)));
  }
  return { datasets, names: chosen.map(({ name }) => name) };
}

function isOfSplit(codePoints: string, split: DatasetSplit | undefined): boolean {
  return split === undefined || isHeldOut(codePoints) === (split === 'test');
}

function assertStyles(styles: readonly EmojiStyle[]): void {
  if (styles.length >= 2 && new Set(styles).size === styles.length) return;
  throw new TintypeError('E_DATA', {
    where: 'loadEmojiStyles.styles',
    what: 'not styles to compare',
    got: styles,
    expected: 'at least two that differ',
  });
}
