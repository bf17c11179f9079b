import { constants } from 'node:fs';
import * as nodeFiles from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { TintypeError } from '@tintype/backend';
import { assertSafePath } from '../checkpoint/path.ts';
import type { Storage } from '../checkpoint/storage.ts';

/** The operations of `node:fs/promises` that a file storage uses. */
export type FileOperations = Pick<
  typeof nodeFiles,
  'lstat' | 'mkdir' | 'open' | 'readdir' | 'readFile' | 'rename' | 'rm'
>;

export interface FileStorageOptions {
  /** Whether `append` waits until the disk has it. @default false */
  readonly durableAppend?: boolean;
  /** Stands in for the file system, for tests of faults. */
  readonly files?: FileOperations;
}

/**
 * A storage in a folder. Writing is durable and atomic: a temporary file beside the target, fsync, rename, fsync of
 * the folder. Nothing outside `root` is ever reached: unsafe names and symbolic links below it are refused.
 * @throws TintypeError `E_PATH`, `E_NO_RUN`, `E_DISK_FULL` where the disk takes no more (it or the quota is full, it fails in
 *   writing, or it is read-only; the partial file is removed), `E_CHECKPOINT` for other failures of the disk
 */
export function createFileStorage(root: string, options: FileStorageOptions = {}): Storage {
  const files = options.files ?? nodeFiles;
  const base = resolve(root);
  let counter = 0;

  /** The absolute path, once no part of it on the disk is a symbolic link. */
  async function locate(path: string): Promise<string> {
    let place = base;
    for (const part of assertSafePath(path)) {
      place = join(place, part);
      const stats = await files.lstat(place).catch(ignoreMissing);
      if (stats === undefined) continue;
      if (stats.isSymbolicLink())
        throw new TintypeError('E_PATH', { where: path, what: 'symbolic links are refused' });
    }
    return join(base, path);
  }

  async function write(path: string, content: Uint8Array): Promise<void> {
    const target = await locate(path);
    const folder = dirname(target);
    await makeFolder(folder);
    counter += 1;
    const temporary = join(folder, `.tmp-${process.pid}-${counter}`);
    try {
      await writeNew(temporary, content);
      await files.rename(temporary, target);
    } catch (error) {
      await files.rm(temporary, { force: true }).catch(() => undefined);
      throw error;
    }
    await syncFolder(folder);
  }

  async function writeNew(place: string, content: Uint8Array): Promise<void> {
    const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
    const file = await files.open(place, O_WRONLY | O_CREAT | O_EXCL | (O_NOFOLLOW ?? 0), 0o644);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  async function append(path: string, content: Uint8Array): Promise<void> {
    const target = await locate(path);
    await makeFolder(dirname(target));
    const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;
    const file = await files.open(target, O_WRONLY | O_APPEND | O_CREAT | (O_NOFOLLOW ?? 0), 0o644);
    try {
      await file.writeFile(content);
      if (options.durableAppend) await file.sync();
    } finally {
      await file.close();
    }
  }

  async function makeFolder(folder: string): Promise<void> {
    const firstMade = await files.mkdir(folder, { recursive: true });
    if (firstMade === undefined) return;
    // A new folder survives a power cut only when its parent was synchronised.
    for (let made = folder; made.length >= firstMade.length; made = dirname(made))
      await syncFolder(dirname(made));
  }

  async function syncFolder(folder: string): Promise<void> {
    if (process.platform === 'win32') return;
    const handle = await files.open(folder, constants.O_RDONLY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  async function rename(from: string, to: string): Promise<void> {
    const [source, target] = [await locate(from), await locate(to)];
    await makeFolder(dirname(target));
    await files.rename(source, target);
    await syncFolder(dirname(target));
    if (dirname(source) !== dirname(target)) await syncFolder(dirname(source));
  }

  return {
    read: (path) => typed(path, async () => new Uint8Array(await files.readFile(await locate(path)))),
    write: (path, content) => typed(path, () => write(path, content), refusals),
    append: (path, content) => typed(path, () => append(path, content), refusals),
    rename: (from, to) => typed(from, () => rename(from, to), refusals),
    remove: (path) =>
      typed(path, async () => files.rm(await locate(path), { recursive: true, force: true }), refusals),
    // Both are asked in the middle of a save, which must then be tried again.
    list: (path) =>
      typed(
        path,
        async () => {
          const names = await files.readdir(path === '' ? base : await locate(path)).catch(ignoreMissing);
          return [...(names ?? [])].sort();
        },
        refusals,
      ),
    exists: (path) =>
      typed(
        path,
        async () => (await files.lstat(await locate(path)).catch(ignoreMissing)) !== undefined,
        refusals,
      ),
  };
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

function ignoreMissing(error: unknown): undefined {
  const code = codeOf(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
  throw error;
}

/** How a disk refuses to be used, in words; what is on it is not damaged. */
const refusals: Readonly<Record<string, string>> = {
  ENOSPC: 'is full',
  EDQUOT: 'is full (quota)',
  EIO: 'failed in writing',
  EROFS: 'is read-only',
  EACCES: 'may not be written to',
  EPERM: 'may not be written to',
};

async function typed<T>(
  path: string,
  operation: () => Promise<T>,
  refused: Readonly<Record<string, string>> = {},
): Promise<T> {
  try {
    return await operation();
  } catch (cause) {
    throw cause instanceof TintypeError ? cause : typedError(path, cause, refused[codeOf(cause) ?? '']);
  }
}

function typedError(path: string, cause: unknown, refusal: string | undefined): TintypeError {
  const code = codeOf(cause);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new TintypeError('E_NO_RUN', { where: path, what: 'there is no such file', cause });
  }
  if (code === 'ELOOP') {
    return new TintypeError('E_PATH', { where: path, what: 'symbolic links are refused', cause });
  }
  if (refusal !== undefined) {
    return new TintypeError('E_DISK_FULL', {
      where: path,
      what: `the disk ${refusal}; what was saved before is intact`,
      got: code,
      remedy: 'Free some space, keep fewer checkpoints, or see that the folder can be written to',
      cause,
    });
  }
  return new TintypeError('E_CHECKPOINT', {
    where: path,
    what: `the disk refused: ${cause instanceof Error ? cause.message : String(cause)}`,
    cause,
  });
}
