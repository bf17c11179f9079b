import * as nodeFiles from 'node:fs/promises';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeStorage } from '../checkpoint/describe-storage.test-support.ts';
import { failingAt } from './failing-files.test-support.ts';
import { createFileStorage } from './file-storage.ts';

let scratch: string;
let count = 0;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'tintype-storage-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

const bytes = (text: string) => new TextEncoder().encode(text);

async function newRoot(): Promise<string> {
  count += 1;
  const root = join(scratch, String(count), 'run');
  await mkdir(root, { recursive: true });
  return root;
}

describeStorage('file', async () => createFileStorage(await newRoot()));

test('a root that does not exist yet is made by the first write', async () => {
  const root = join(scratch, 'not', 'yet');
  const storage = createFileStorage(root);
  expect(await storage.list('')).toEqual([]);
  await storage.write('a/b/c', bytes('x'));
  expect(await readFile(join(root, 'a/b/c'), 'utf8')).toBe('x');
});

test('symbolic links that leave the root are refused by every operation', async () => {
  const root = await newRoot();
  const outside = join(root, '..', 'outside');
  await mkdir(outside);
  await writeFile(join(outside, 'secret'), 'secret');
  await symlink(outside, join(root, 'folder'));
  await symlink(join(outside, 'secret'), join(root, 'file'));
  const storage = createFileStorage(root);
  for (const path of ['folder/secret', 'file']) {
    const attempts = [
      () => storage.read(path),
      () => storage.write(path, bytes('x')),
      () => storage.append(path, bytes('x')),
      () => storage.remove(path),
      () => storage.rename(path, 'taken'),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code: 'E_PATH' });
  }
  await expect(storage.list('folder')).rejects.toMatchObject({ code: 'E_PATH' });
  expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('secret');
  expect(await readFile(join(root, 'folder', 'secret'), 'utf8')).toBe('secret');
});

test('removing a folder removes the links in it, not what they point to', async () => {
  const root = await newRoot();
  const outside = join(root, '..', 'kept');
  await writeFile(outside, 'kept');
  await mkdir(join(root, 'step-1'));
  await symlink(outside, join(root, 'step-1', 'link'));
  await createFileStorage(root).remove('step-1');
  expect(await readFile(outside, 'utf8')).toBe('kept');
});

test('a read-only disk is E_DISK_FULL, an unreadable one E_CHECKPOINT', async () => {
  const root = await newRoot();
  await createFileStorage(root).write('latest.json', bytes('old content'));
  const fault = (code: string) => async (): Promise<never> => {
    throw Object.assign(new Error(`${code}: injected`), { code });
  };
  for (const code of ['EROFS', 'EACCES']) {
    const readOnly = createFileStorage(root, {
      files: { ...nodeFiles, open: fault(code), rename: fault(code) },
    });
    for (const attempt of [
      () => readOnly.write('latest.json', bytes('new')),
      () => readOnly.append('log', bytes('x')),
      () => readOnly.rename('latest.json', 'moved'),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: 'E_DISK_FULL' });
      await expect(attempt()).rejects.toThrow(new RegExp(`saved before is intact .*got ${code}`));
    }
  }
  const unreadable = createFileStorage(root, { files: { ...nodeFiles, readFile: fault('EIO') as never } });
  await expect(unreadable.read('latest.json')).rejects.toMatchObject({ code: 'E_CHECKPOINT' });
  expect(await readFile(join(root, 'latest.json'), 'utf8')).toBe('old content');
});

test('whichever call of the file system fails, the file holds its old or its new content', async () => {
  let isDone = false;
  let failures = 0;
  for (let n = 1; !isDone; n += 1) {
    const root = await newRoot();
    await createFileStorage(root).write('latest.json', bytes('old content'));
    const { files } = failingAt(n, 'EIO');
    isDone = await createFileStorage(root, { files })
      .write('latest.json', bytes('new content'))
      .then(() => true)
      .catch((error) => {
        expect(error).toMatchObject({ name: 'TintypeError', code: 'E_DISK_FULL' });
        failures += 1;
        return false;
      });
    expect(['old content', 'new content']).toContain(await readFile(join(root, 'latest.json'), 'utf8'));
    expect(await readdir(root)).toEqual(['latest.json']);
  }
  expect(failures).toBeGreaterThan(5);
});

test('a full disk gives E_DISK_FULL, keeps the old content and leaves no partial file', async () => {
  let full = 0;
  for (let n = 1; n <= 12; n += 1) {
    const root = await newRoot();
    await createFileStorage(root).write('step-1/model', bytes('old content'));
    const { files } = failingAt(n, 'ENOSPC');
    await createFileStorage(root, { files })
      .write('step-1/model', bytes('new content'))
      .catch((error) => {
        expect(error).toMatchObject({ code: 'E_DISK_FULL' });
        full += 1;
      });
    expect(await readdir(join(root, 'step-1'))).toEqual(['model']);
  }
  expect(full).toBeGreaterThan(4);
});

test('a plain writeFile that fails half way does leave a mix', async () => {
  const root = await newRoot();
  const place = join(root, 'latest.json');
  await writeFile(place, 'old content');
  const { files } = failingAt(2, 'ENOSPC');
  const handle = await files.open(place, 'w');
  await expect(handle.writeFile(bytes('new content'))).rejects.toThrow('ENOSPC');
  await handle.close();
  expect(await readFile(place, 'utf8')).toBe('ne');
});
