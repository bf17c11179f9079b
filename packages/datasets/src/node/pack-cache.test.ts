import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { encodeImagePack, type ImagePack } from '../packs/image-pack.ts';
import { findCacheFolder } from './cache-folder.ts';
import { withPackCache } from './pack-cache.ts';

const newFolder = () => mkdtemp(join(tmpdir(), 'datasets-'));
const key = { name: 'test', version: '1.0.0', imageSize: 2 };
const packOf = (level: number): ImagePack => ({
  dataset: { name: 'one', size: 1, height: 1, width: 2, channels: 1, pixels: Uint8Array.of(level, 255) },
  provenance: { licence: 'MIT', attribution: 'nobody', source: 'none', converter: 'none' },
});

afterEach(() => vi.unstubAllEnvs());

test('pictures are converted once', async () => {
  const cacheFolder = await newFolder();
  const convert = vi.fn(async () => packOf(1));
  expect(await withPackCache(key, convert, { cacheFolder })).toEqual(packOf(1));
  expect(await withPackCache(key, convert, { cacheFolder })).toEqual(packOf(1));
  expect(convert).toHaveBeenCalledTimes(1);
  expect(await readdir(cacheFolder)).toEqual([expect.stringMatching(/^test-[0-9a-f]{24}\.safetensors$/)]);
});

test('another version or option is another file, whatever the order of its parts', async () => {
  const cacheFolder = await newFolder();
  const load = (other: object, level: number) =>
    withPackCache({ ...key, ...other }, async () => packOf(level), { cacheFolder });
  expect((await load({}, 1)).dataset.pixels[0]).toBe(1);
  expect((await load({ version: '1.0.1' }, 2)).dataset.pixels[0]).toBe(2);
  expect((await load({ imageSize: 3 }, 3)).dataset.pixels[0]).toBe(3);
  const reordered = { imageSize: 2, version: '1.0.0', name: 'test' };
  const again = await withPackCache(reordered, async () => packOf(4), { cacheFolder });
  expect(again.dataset.pixels[0]).toBe(1);
});

test('a damaged file is converted anew and replaced', async () => {
  const cacheFolder = await newFolder();
  await withPackCache(key, async () => packOf(1), { cacheFolder });
  const file = join(cacheFolder, (await readdir(cacheFolder))[0]!);
  const bytes = await readFile(file);
  bytes[bytes.length - 1]! ^= 1;
  await writeFile(file, bytes);
  expect((await withPackCache(key, async () => packOf(2), { cacheFolder })).dataset.pixels[0]).toBe(2);
  expect(new Uint8Array(await readFile(file))).toEqual(await encodeImagePack(packOf(2)));
});

test('many at once leave one whole file and nothing unfinished', async () => {
  const cacheFolder = await newFolder();
  const levels = Array.from({ length: 20 }, (_, i) => i);
  await Promise.all(levels.map((level) => withPackCache(key, async () => packOf(level), { cacheFolder })));
  expect(await readdir(cacheFolder)).toHaveLength(1);
  const convert = vi.fn(async () => packOf(99));
  const kept = await withPackCache(key, convert, { cacheFolder });
  expect(levels).toContain(kept.dataset.pixels[0]);
  expect(convert).not.toHaveBeenCalled();
});

test('where nothing can be written, the pictures still come, and the reason once', async () => {
  const file = join(await newFolder(), 'file');
  await writeFile(file, '');
  const onWarning = vi.fn();
  const options = { cacheFolder: join(file, 'cache'), onWarning };
  for (const level of [1, 2]) {
    expect((await withPackCache(key, async () => packOf(level), options)).dataset.pixels[0]).toBe(level);
  }
  expect(onWarning.mock.calls).toEqual([[expect.stringMatching(/not kept.*ENOTDIR.*TINTYPE_CACHE/)]]);
});

test('nothing is kept where that was asked, or where the conversion fails', async () => {
  const cacheFolder = await newFolder();
  vi.stubEnv('TINTYPE_CACHE', cacheFolder);
  await withPackCache(key, async () => packOf(1), { cacheFolder: false });
  await expect(withPackCache(key, () => Promise.reject(new Error('no picture')))).rejects.toThrow(
    'no picture',
  );
  expect(await readdir(cacheFolder)).toEqual([]);
  await withPackCache(key, async () => packOf(1));
  expect(await readdir(cacheFolder)).toHaveLength(1);
});

test('the folder is the given one, else the named one, else that of the package', () => {
  vi.stubEnv('TINTYPE_CACHE', '/named');
  expect(findCacheFolder('/given')).toBe('/given');
  expect(findCacheFolder()).toBe('/named');
  vi.stubEnv('TINTYPE_CACHE', '');
  expect(findCacheFolder()).toBe(join(process.cwd(), 'node_modules/.cache/tintype'));
  vi.spyOn(process, 'cwd').mockReturnValue('/nowhere/at/all');
  expect(findCacheFolder()).toBeUndefined();
  vi.restoreAllMocks();
});

test.each(['../up', 'a/b', '', 'A'])('the name %j begins no file', async (name) => {
  await expect(withPackCache({ ...key, name }, async () => packOf(1))).rejects.toMatchObject({
    code: 'E_PATH',
  });
});
