import { TintypeError } from '@tintype/core-tensor';
import type { PictureSet } from '../pictures/picture.ts';
import { createIconSet } from './icon-set.ts';

/** Whose hand drew the emoji: Google's, Twitter's or Microsoft's. */
export type EmojiStyle = 'fluent' | 'noto' | 'twemoji';

const microsoft = 'Fluent Emoji. Copyright (c) Microsoft Corporation';

const styles: Readonly<Record<EmojiStyle, PictureSet>> = {
  fluent: createIconSet({
    name: 'fluent',
    packageName: '@iconify-json/fluent-emoji-flat',
    licence: 'MIT',
    attribution: microsoft,
  }),
  noto: createIconSet({
    name: 'noto',
    packageName: '@iconify-json/noto',
    licence: 'Apache-2.0',
    attribution: 'Noto Emoji. Copyright Google Inc',
  }),
  twemoji: createIconSet({
    name: 'twemoji',
    packageName: '@iconify-json/twemoji',
    licence: 'CC-BY-4.0',
    attribution: 'Twemoji. Copyright Twitter, Inc and other contributors, CC BY 4.0',
  }),
};

/** The shapes of `fluent` without their colours. */
export const fluentLineArt: PictureSet = createIconSet({
  name: 'fluent-line-art',
  packageName: '@iconify-json/fluent-emoji-high-contrast',
  licence: 'MIT',
  attribution: microsoft,
});

/** Throws `E_DATA` for a style that there is not. */
export function emojiSet(style: EmojiStyle, where: string): PictureSet {
  if (Object.hasOwn(styles, style)) return styles[style];
  throw new TintypeError('E_DATA', {
    where,
    what: 'there is no such style',
    got: style,
    expected: Object.keys(styles).join(', '),
  });
}
