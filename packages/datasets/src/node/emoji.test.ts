import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { ImageDataset } from '../dataset.ts';
import { type EmojiStyle, emojiSet } from '../emoji/emoji-styles.ts';
import { withoutExtras } from '../pictures/select-pictures.ts';
import { loadEmoji } from './emoji.ts';
import { loadEmojiStyles } from './emoji-in-styles.ts';
import { createPackageDataFiles } from './package-data-files.ts';

const newFolder = () => mkdtemp(join(tmpdir(), 'datasets-'));
const uncached = { cacheFolder: false } as const;
const files = createPackageDataFiles();

function imageAt({ pixels, size }: ImageDataset, index: number): Uint8Array {
  return pixels.slice((index * pixels.length) / size, ((index + 1) * pixels.length) / size);
}

test('pictures come in colour, with their names and categories', async () => {
  const names = ['red-apple', 'package', 'grinning-face'];
  const dataset = await loadEmoji({ style: 'noto', names, imageSize: 16, ...uncached });
  expect(dataset).toMatchObject({ name: 'emoji-noto', size: 3, height: 16, width: 16, channels: 3, names });
  expect([...dataset.labels!].map((label) => dataset.classNames![label])).toEqual([
    'Food & Drink',
    'Objects',
    'Smileys & Emotion',
  ]);
  const centreOf = (index: number) => [
    ...imageAt(dataset, index).slice(3 * (9 * 16 + 8), 3 * (9 * 16 + 8) + 3),
  ];
  const [red, green, blue] = centreOf(0) as [number, number, number];
  expect(red).toBeGreaterThan(150);
  expect(Math.max(green, blue)).toBeLessThan(100);
  for (const index of [0, 1, 2]) {
    expect([...imageAt(dataset, index).slice(0, 3)], 'the corner is white').toEqual([255, 255, 255]);
    expect(imageAt(dataset, index).filter((level) => level < 200).length).toBeGreaterThan(100);
  }
});

test('a set is drawn once a size', async () => {
  const cacheFolder = await newFolder();
  const read = vi.fn(files.read);
  const load = (imageSize: number) =>
    loadEmoji({ style: 'twemoji', limit: 20, imageSize, cacheFolder, files: { read } });
  const drawings = () => read.mock.calls.filter(([path]) => path.endsWith('icons.json')).length;
  const first = await load(8);
  expect([first.size, drawings()]).toEqual([20, 1]);
  expect(await load(8)).toEqual(first);
  expect(drawings()).toBe(1);
  expect((await load(9)).height).toBe(9);
  expect(drawings()).toBe(2);
});

test.each<[EmojiStyle, number, number]>([
  ['noto', 1680, 3729],
  ['twemoji', 1673, 3988],
  ['fluent', 1586, 3139],
])('%s has %i pictures without flags and skin tones, of %i', async (style, plain, all) => {
  const listed = await emojiSet(style, 'test').list(files);
  expect(withoutExtras(listed, {}).length).toBe(plain);
  expect(withoutExtras(listed, { flags: true, skinTones: true }).length).toBe(all);
  expect(new Set(listed.map(({ name }) => name)).size).toBe(all);
  expect(new Set(listed.map(({ codePoints }) => codePoints)).size).toBe(all);
});

test('the same picture in three styles, though artists name it differently', async () => {
  const styles = ['noto', 'twemoji', 'fluent'] as const;
  const names = ['elf', 'mushroom'];
  const { datasets, ...rest } = await loadEmojiStyles({ styles, names, imageSize: 12, ...uncached });
  expect(rest.names).toEqual(names);
  expect(datasets.map(({ name }) => name)).toEqual(styles.map((style) => `emoji-${style}`));
  for (const dataset of datasets) {
    expect(dataset.names).toEqual(names);
    // Fluent itself counts the mushroom as food.
    expect([...dataset.labels!].map((label) => dataset.classNames![label])).toEqual([
      'People & Body',
      'Animals & Nature',
    ]);
  }
  const own = { style: 'fluent', imageSize: 12, ...uncached } as const;
  const fluent = await loadEmoji({ ...own, names: ['person-elf', 'mushroom'] });
  expect(datasets[2]!.pixels).toEqual(fluent.pixels);
  expect(datasets[0]!.pixels).not.toEqual(datasets[1]!.pixels);
  await expect(loadEmoji({ ...own, names: ['elf'] })).rejects.toThrow(/no such picture/);
});

test('all three styles share 1 586 pictures, 1 594 with flags and 3 139 with skin tones also', async () => {
  const lists = await Promise.all(
    (['noto', 'twemoji', 'fluent'] as const).map((style) => emojiSet(style, 'test').list(files)),
  );
  const codes = lists.map((list) => new Set(list.map(({ codePoints }) => codePoints)));
  const shared = lists[0]!.filter(({ codePoints }) => codes.every((set) => set.has(codePoints)));
  const countOf = (selection: object) => withoutExtras(shared, selection).length;
  expect([{}, { flags: true }, { flags: true, skinTones: true }].map(countOf)).toEqual([1586, 1594, 3139]);
});

test.each([
  [{ style: 'apple' as EmojiStyle }, 'E_DATA', /no such style.*expected fluent, noto, twemoji/],
  [{ style: '__proto__' as EmojiStyle }, 'E_DATA', /no such style/],
  [{ names: ['red-aple'] }, 'E_DATA', /nearest is red-apple/],
  [{ limit: 5000 }, 'E_DATA', /integer from 1 to 1680/],
  [{ limit: 1, imageSize: 0 }, 'E_CONFIG', /imageSize/],
  [{ imageSize: 4096 }, 'E_CONFIG', /not fit into memory.*1680 pictures/],
])('the options %j are refused', async (options, code, message) => {
  const asked = { style: 'noto', ...uncached, ...options } as const;
  await expect(loadEmoji(asked)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
});

test('one style, or one twice, is nothing to compare', async () => {
  for (const styles of [[], ['noto'], ['noto', 'noto']] as const) {
    await expect(loadEmojiStyles({ styles })).rejects.toThrow(/at least two that differ/);
  }
});

test.each([
  ['noto', '@iconify-json/noto'],
  ['twemoji', '@iconify-json/twemoji'],
  ['fluent', '@iconify-json/fluent-emoji-flat'],
] as const)('without its package, %s is refused with the install line', async (style, packageName) => {
  const absent = createPackageDataFiles({ from: [await newFolder()] });
  await expect(loadEmoji({ style, files: absent })).rejects.toMatchObject({
    code: 'E_DATA_MISSING',
    message: expect.stringContaining(`npm install ${packageName}`),
  });
});

test.each([
  ['chars.json', '[]', /no JSON object/],
  ['chars.json', '{"1f600":"none"}', /has no category/],
  ['metadata.json', '{"categories":7}', /no categories/],
  ['icons.json', '{"icons":{}}', /no such icon.*grinning-face/],
  ['icons.json', '{"icons":{"grinning-face":{"body":"<path","width":"9"}}}', /no size/],
  ['icons.json', '{"icons":{"grinning-face":{"body":"<path"}}}', /noto: grinning-face.*cannot be drawn/],
  ['icons.json', '{', /not JSON/],
])('a damaged %s, %s, is refused', async (file, content, message) => {
  const damaged = {
    read: async (path: string) =>
      path.endsWith(file) ? new TextEncoder().encode(content) : files.read(path),
  };
  const names = ['grinning-face'];
  await expect(loadEmoji({ style: 'noto', names, files: damaged, ...uncached })).rejects.toMatchObject({
    code: 'E_DATA',
    message: expect.stringMatching(message),
  });
});
