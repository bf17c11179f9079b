import { expect, test } from 'vitest';
import type { ImageDataset } from '../dataset.ts';
import { loadEmojiImages } from '../emoji/emoji-images.ts';
import { loadEmojiStyles } from './emoji-in-styles.ts';
import { createPackageDataFiles } from './package-data-files.ts';

const files = createPackageDataFiles();
const imageSize = 8;

const imageAt = ({ pixels, size }: ImageDataset, index: number): Uint8Array =>
  pixels.subarray((index * pixels.length) / size, ((index + 1) * pixels.length) / size);

test('emoji by three artists take turns, and what is held out is held out in every hand', async () => {
  const [train, held] = [
    await loadEmojiImages({ files, imageSize }),
    await loadEmojiImages({ files, imageSize, split: 'test' }),
  ];
  expect([train.size, held.size]).toEqual([4203, 555]);
  const styles = ['noto', 'twemoji', 'fluent'] as const;
  const { datasets, names } = await loadEmojiStyles({ styles, imageSize, split: 'test' });
  for (const index of [0, 1, 2, 554]) {
    const own = datasets[index % 3]!;
    expect(imageAt(held, index)).toEqual(imageAt(own, Math.floor(index / 3)));
    expect(held.labels![index]).toBe(own.labels![Math.floor(index / 3)]);
  }
  const learned = await loadEmojiStyles({ styles, imageSize, split: 'train' });
  expect(learned.names.filter((name) => names.includes(name))).toEqual([]);
  await expect(loadEmojiStyles({ styles, split: 'all' as 'test' })).rejects.toThrow(/no such split/);
});

test('files that cannot draw refuse emoji and say what can', async () => {
  await expect(loadEmojiImages({ files: { read: files.read } })).rejects.toMatchObject({
    code: 'E_DATA_MISSING',
    message: expect.stringContaining('createPackageDataFiles'),
  });
});
