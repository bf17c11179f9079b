import { TintypeError } from '@tintype/core-tensor';
import { type ColorChannels, convertChannels } from '../convert-channels.ts';
import type { ImageDataset, PairedImageDataset } from '../dataset.ts';
import { assertSplit, type DatasetSplit } from '../dataset-split.ts';
import { emojiSet, fluentLineArt } from '../emoji/emoji-styles.ts';
import { alignPictures } from '../line-art/align-pictures.ts';
import { isHeldOut } from '../line-art/held-out.ts';
import { createOpenMojiSet } from '../line-art/open-moji.ts';
import type { PictureSet } from '../pictures/picture.ts';
import { selectPictures, takeFirst, withoutExtras } from '../pictures/select-pictures.ts';
import { drawPictures, withClasses } from './draw-pictures.ts';
import type { EmojiOptions } from './emoji.ts';
import { createPackageReader } from './package-reader.ts';

/** Microsoft's Fluent Emoji (MIT), or OpenMoji (CC BY-SA 4.0, which reaches what is derived from it). */
export type LineArtSource = 'fluent' | 'openmoji';

export interface LoadLineArtPairsOptions extends EmojiOptions {
  readonly source: LineArtSource;
  /** One picture in ten is for testing, always the same. @default 'train' */
  readonly split?: DatasetSplit;
  /** Of the line art: 1 grey, 3 as the coloured pictures have. @default 3 */
  readonly sourceChannels?: ColorChannels;
}

/**
 * Line art (`source`) and the same picture coloured (`target`), aligned by name, black on white by default. `fluent`
 * has 1 586 pairs without flags, flat shapes in black; `openmoji` has 2 135, outlines. Variants that look alike
 * (skin tone, man, woman, person) are never on both sides of the split.
 * Throws `E_DATA` where one side lacks a picture of the other, naming the first; and what `loadEmoji` throws.
 */
export async function loadLineArtPairs(options: LoadLineArtPairsOptions): Promise<PairedImageDataset> {
  const where = 'loadLineArtPairs';
  const { split = 'train', files = createPackageReader(), imageSize = 32, sourceChannels = 3 } = options;
  assertSplit(split, `${where}.split`);
  assertChannels(sourceChannels, where);
  const sets = setsOf(options.source);
  const [lineArt, colored] = [await sets.source.list(files), await sets.target.list(files)];
  const { limit, ...selection } = options;
  const chosen = selectPictures(lineArt, selection, where);
  const isChosen = new Set(chosen.map(({ codePoints }) => codePoints));
  const candidates = options.names
    ? colored.filter(({ codePoints }) => isChosen.has(codePoints))
    : withoutExtras(colored, selection);
  const partners = alignPictures(chosen, candidates, where);

  const places = chosen.flatMap(({ codePoints }, place) =>
    isHeldOut(codePoints) === (split === 'test') ? [place] : [],
  );
  const kept = takeFirst(places, limit, where);
  const pictures = kept.map((place) => chosen[place]!);
  const draw = { ...options, files, imageSize };
  const source = toChannels(await drawPictures(sets.source, pictures, draw), sourceChannels);
  const target = await drawPictures(
    sets.target,
    kept.map((place) => partners[place]!),
    draw,
  );
  const name = `line-art-${options.source}-${split}`;
  const classesOf = withoutExtras(lineArt, selection);
  return {
    name,
    source: withClasses({ ...source, name: `${name}-source` }, pictures, classesOf),
    target: withClasses({ ...target, name: `${name}-target` }, pictures, classesOf),
    names: pictures.map((picture) => picture.name),
  };
}

function toChannels(dataset: ImageDataset, channels: ColorChannels): ImageDataset {
  if (channels === dataset.channels) return dataset;
  const { size, height, width } = dataset;
  // One tall picture: channels are converted pixel by pixel.
  const tall = { height: size * height, width, channels: dataset.channels, values: dataset.pixels };
  const { values } = convertChannels(tall, channels, 255);
  return { ...dataset, channels, pixels: Uint8Array.from(values, Math.round) };
}

function assertChannels(channels: number, where: string): void {
  if (channels === 1 || channels === 3) return;
  throw new TintypeError('E_CONFIG', {
    where: `${where}.sourceChannels`,
    what: 'not possible',
    got: channels,
    expected: '1 or 3',
  });
}

function setsOf(source: LineArtSource): { source: PictureSet; target: PictureSet } {
  switch (source) {
    case 'fluent':
      return { source: fluentLineArt, target: emojiSet('fluent', 'loadLineArtPairs') };
    case 'openmoji':
      return { source: createOpenMojiSet('black'), target: createOpenMojiSet('color') };
    default:
      throw new TintypeError('E_DATA', {
        where: 'loadLineArtPairs.source',
        what: 'there is no such line art',
        got: source,
        expected: 'fluent or openmoji',
      });
  }
}
