import { TintypeError } from '@tintype/backend';
import { assertSafePath } from './path.ts';
import type { Storage } from './storage.ts';

/** A storage that lives as long as the page or process: for tests, and for training without saving. */
export function createMemoryStorage(): Storage {
  const files = new Map<string, Uint8Array>();

  function below(path: string): string[] {
    assertSafePath(path);
    return [...files.keys()].filter((name) => name === path || name.startsWith(`${path}/`));
  }

  return {
    async read(path) {
      assertSafePath(path);
      const content = files.get(path);
      if (content === undefined) throw noFile(path);
      return content.slice();
    },
    async write(path, content) {
      assertSafePath(path);
      files.set(path, content.slice());
    },
    async append(path, content) {
      assertSafePath(path);
      const before = files.get(path) ?? new Uint8Array(0);
      const after = new Uint8Array(before.length + content.length);
      after.set(before);
      after.set(content, before.length);
      files.set(path, after);
    },
    async rename(from, to) {
      assertSafePath(to);
      const names = below(from);
      if (names.length === 0) throw noFile(from);
      for (const name of names) {
        files.set(to + name.slice(from.length), files.get(name)!);
        files.delete(name);
      }
    },
    async remove(path) {
      for (const name of below(path)) files.delete(name);
    },
    async list(path) {
      const prefix = path === '' ? '' : `${path}/`;
      if (path !== '') assertSafePath(path);
      const names = [...files.keys()].filter((name) => name.startsWith(prefix));
      return [...new Set(names.map((name) => name.slice(prefix.length).split('/')[0]!))].sort();
    },
    async exists(path) {
      return below(path).length > 0;
    },
  };
}

function noFile(path: string): TintypeError {
  return new TintypeError('E_NO_RUN', { where: path, what: 'there is no such file' });
}
