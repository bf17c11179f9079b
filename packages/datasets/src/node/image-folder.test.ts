import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode as encodePng } from 'fast-png';
import jpeg from 'jpeg-js';
import { expect, test } from 'vitest';
import { loadImageFolder } from './image-folder.ts';

function png(width: number, height: number, pixel: (x: number, y: number) => readonly number[]): Uint8Array {
  const channels = pixel(0, 0).length;
  const data = Uint8Array.from({ length: width * height * channels }, (_, i) => {
    const place = Math.floor(i / channels);
    return pixel(place % width, Math.floor(place / width))[i % channels]!;
  });
  return encodePng({ width, height, data, channels, depth: 8 });
}

const plain = (level: number) => png(4, 4, (x) => [level, x * 10, 0]);

async function folderOf(files: Readonly<Record<string, Uint8Array>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'images-'));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

test('images come in code-unit order, not in the order of writing', async () => {
  const folder = await folderOf({
    'b.png': plain(2),
    'a10.png': plain(1),
    'B.PNG': plain(0),
    'ä.png': plain(3),
  });
  const { dataset } = await loadImageFolder(folder, { imageSize: 4 });
  expect([0, 1, 2, 3].map((i) => dataset.pixels[i * 48])).toEqual([0, 1, 2, 3]);
  expect([dataset.size, dataset.height, dataset.width, dataset.channels]).toEqual([4, 4, 4, 3]);
  expect(dataset.labels).toBeUndefined();
});

test('subfolders are classes, in the order of their names', async () => {
  const folder = await folderOf({ 'dog/1.png': plain(3), 'cat/2.png': plain(2), 'cat/1.png': plain(1) });
  const { dataset } = await loadImageFolder(folder, { imageSize: 2 });
  expect(dataset.classNames).toEqual(['cat', 'dog']);
  expect([...(dataset.labels ?? [])]).toEqual([0, 0, 1]);
});

test('an image is named by its path without the ending, unless two would share the name', async () => {
  const folder = await folderOf({ 'b.png': plain(3), 'a.png': plain(1), 'a.PNG': plain(2) });
  const { dataset } = await loadImageFolder(folder, { imageSize: 4 });
  expect(dataset.names).toEqual(['a.PNG', 'a.png', 'b']);
});

test('folders of one class each may be more than a byte counts', async () => {
  const files = Array.from({ length: 257 }, (_, i) => [`${1000 + i}/x.png`, plain(i % 250)] as const);
  const { dataset } = await loadImageFolder(await folderOf(Object.fromEntries(files)), { imageSize: 1 });
  expect(dataset.labels![256]).toBe(256);
});

test('hidden, linked and other files are left out and listed', async () => {
  const folder = await folderOf({
    'a.png': plain(1),
    '.hidden.png': plain(2),
    'notes.txt': new Uint8Array(1),
  });
  await symlink(join(folder, 'a.png'), join(folder, 'link.png'));
  await mkdir(join(folder, 'empty'));
  const { dataset, skipped } = await loadImageFolder(folder, { imageSize: 4 });
  expect(dataset.size).toBe(1);
  expect([...skipped].sort()).toEqual(['.hidden.png', 'empty/', 'link.png', 'notes.txt']);
});

test('a wide picture is cropped to its centre and averaged down', async () => {
  // Columns 0 … 7 of level 10·x; the centre 4 columns are 20 30 40 50, halved to 25 and 45.
  const folder = await folderOf({ 'a.png': png(8, 4, (x) => [10 * x, 10 * x, 10 * x]) });
  const { dataset } = await loadImageFolder(folder, { imageSize: 2, channels: 1 });
  expect([...dataset.pixels]).toEqual([25, 45, 25, 45]);
});

test('JPEG is read as colour within its losses', async () => {
  const data = new Uint8Array(16 * 16 * 4).map((_, i) =>
    i % 4 === 0 ? 200 : i % 4 === 3 ? 255 : i % 64 < 32 ? 40 : 90,
  );
  const folder = await folderOf({ 'a.jpg': jpeg.encode({ width: 16, height: 16, data }, 95).data });
  const { dataset } = await loadImageFolder(folder, { imageSize: 16 });
  expect(Math.abs(dataset.pixels[0]! - 200)).toBeLessThan(12);
  expect(Math.abs(dataset.pixels[1]! - 40)).toBeLessThan(25);
});

test('transparency lies over the background', async () => {
  const folder = await folderOf({ 'a.png': png(2, 2, (x) => [0, 0, 0, x === 0 ? 255 : 0]) });
  const white = await loadImageFolder(folder, { imageSize: 2, channels: 1 });
  expect([...white.dataset.pixels]).toEqual([0, 255, 0, 255]);
});

test('a bad file is named', async () => {
  const broken = plain(1).slice(0, 40);
  const hugeJpeg = Uint8Array.of(
    0xff,
    0xd8,
    0xff,
    0xc0,
    0,
    11,
    8,
    0xff,
    0xff,
    0xff,
    0xff,
    1,
    1,
    0x11,
    0,
    0xff,
    0xd9,
  );
  for (const [name, content] of Object.entries({
    'cut.png': broken,
    'text.png': new TextEncoder().encode('not an image'),
    'none.png': new Uint8Array(0),
    'cut.jpg': Uint8Array.of(0xff, 0xd8, 0xff),
    'huge.jpg': hugeJpeg,
  })) {
    const folder = await folderOf({ 'a.png': plain(1), [name]: content });
    await expect(loadImageFolder(folder, { imageSize: 4 }), name).rejects.toMatchObject({
      code: 'E_IMAGE',
      message: expect.stringContaining(name),
    });
  }
});

test('folders that cannot be a dataset are refused', async () => {
  await expect(loadImageFolder('/nowhere/at/all', { imageSize: 4 })).rejects.toMatchObject({
    code: 'E_DATA_MISSING',
  });
  const empty = await folderOf({ 'notes.txt': new Uint8Array(1) });
  await expect(loadImageFolder(empty, { imageSize: 4 })).rejects.toThrow(/no PNG or JPEG image.*notes\.txt/);
  const mixed = await folderOf({ 'a.png': plain(1), 'cat/b.png': plain(2) });
  await expect(loadImageFolder(mixed, { imageSize: 4 })).rejects.toThrow(/classes are unclear/);
  const black = await folderOf({ 'a.png': png(2, 2, () => [0, 0, 0]) });
  await expect(loadImageFolder(black, { imageSize: 2 })).rejects.toThrow(/every pixel/);
});

test.each([
  { imageSize: 0 },
  { imageSize: 5000 },
  { imageSize: 4, channels: 2 as 3 },
  { imageSize: 4, fit: 'zoom' as 'crop' },
])('the options %j are refused', async (options) => {
  await expect(loadImageFolder('/tmp', options)).rejects.toMatchObject({ code: 'E_CONFIG' });
});
