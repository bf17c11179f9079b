import { describe, expect, test } from 'vitest';
import type { Storage } from './storage.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const textOf = async (storage: Storage, path: string) => new TextDecoder().decode(await storage.read(path));

/** The contract that every storage keeps. */
export function describeStorage(name: string, create: () => Promise<Storage>): void {
  describe(`${name} is a storage`, () => {
    test('what was written is read, and written again is replaced', async () => {
      const storage = await create();
      await storage.write('a/b.txt', bytes('one'));
      await storage.write('a/b.txt', bytes('two!'));
      expect(await textOf(storage, 'a/b.txt')).toBe('two!');
    });

    test('the caller may change its bytes after writing and after reading', async () => {
      const storage = await create();
      const content = bytes('abc');
      await storage.write('a', content);
      content.fill(0);
      (await storage.read('a')).fill(0);
      expect(await textOf(storage, 'a')).toBe('abc');
    });

    test('a file that is not there is refused with E_NO_RUN', async () => {
      const storage = await create();
      await expect(storage.read('none')).rejects.toMatchObject({ code: 'E_NO_RUN' });
      await expect(storage.rename('none', 'other')).rejects.toMatchObject({ code: 'E_NO_RUN' });
      await storage.remove('none');
      expect(await storage.exists('none')).toBe(false);
      expect(await storage.list('none')).toEqual([]);
    });

    test('append creates and adds', async () => {
      const storage = await create();
      await storage.append('log/m.jsonl', bytes('1\n'));
      await storage.append('log/m.jsonl', bytes('2\n'));
      expect(await textOf(storage, 'log/m.jsonl')).toBe('1\n2\n');
    });

    test('a folder is renamed with all it holds', async () => {
      const storage = await create();
      await storage.write('.tmp-1/x', bytes('x'));
      await storage.write('.tmp-1/y', bytes('y'));
      await storage.rename('.tmp-1', 'step-1');
      expect(await storage.list('step-1')).toEqual(['x', 'y']);
      expect(await storage.exists('.tmp-1')).toBe(false);
    });

    test('renaming a file replaces the one that stands there', async () => {
      const storage = await create();
      await storage.write('x', bytes('new'));
      await storage.write('y', bytes('old'));
      await storage.rename('x', 'y');
      expect(await textOf(storage, 'y')).toBe('new');
      expect(await storage.list('')).toEqual(['y']);
    });

    test('names are listed sorted, folders once', async () => {
      const storage = await create();
      for (const path of ['b', 'a/2', 'a/1', 'c/d/e']) await storage.write(path, bytes('.'));
      expect(await storage.list('')).toEqual(['a', 'b', 'c']);
      expect(await storage.list('a')).toEqual(['1', '2']);
      await storage.remove('a');
      expect(await storage.list('')).toEqual(['b', 'c']);
    });

    test.each(['../x', '/x', 'a/../../x', 'C:\\x', 'a\0', 'CON', ''])(
      '%j is refused by every operation',
      async (path) => {
        const storage = await create();
        await storage.write('ok', bytes('.'));
        const attempts = [
          () => storage.read(path),
          () => storage.write(path, bytes('.')),
          () => storage.append(path, bytes('.')),
          () => storage.rename(path, 'ok'),
          () => storage.rename('ok', path),
          () => storage.remove(path),
          () => storage.exists(path),
          ...(path === '' ? [] : [() => storage.list(path)]),
        ];
        for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code: 'E_PATH' });
        expect(await textOf(storage, 'ok')).toBe('.');
      },
    );
  });
}
