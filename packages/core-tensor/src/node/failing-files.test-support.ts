import type { PathLike, Stats } from 'node:fs';
import * as nodeFiles from 'node:fs/promises';
import type { FileOperations } from './file-storage.ts';

/** A file system whose n-th call fails; writing fails after a part of the content. */
export function failingAt(n: number, code: string): { files: FileOperations; calls: () => number } {
  let calls = 0;
  const fault = () => Object.assign(new Error(`${code}: injected`), { code });
  const count = <Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
    (async (...args: Args) => {
      calls += 1;
      if (calls === n) throw fault();
      return call(...args);
    }) as typeof call;
  const open = (async (...args: Parameters<typeof nodeFiles.open>) => {
    const handle = await nodeFiles.open(...args);
    const writeWhole = handle.writeFile.bind(handle);
    handle.sync = count(handle.sync.bind(handle));
    handle.writeFile = async (content) => {
      calls += 1;
      if (calls !== n) return writeWhole(content);
      await writeWhole((content as Uint8Array).subarray(0, 2));
      throw fault();
    };
    return handle;
  }) as typeof nodeFiles.open;
  const files: FileOperations = {
    ...nodeFiles,
    lstat: count(nodeFiles.lstat as (path: PathLike) => Promise<Stats>) as FileOperations['lstat'],
    mkdir: count(
      nodeFiles.mkdir as (path: PathLike) => Promise<string | undefined>,
    ) as FileOperations['mkdir'],
    open: count(open),
    rename: count(nodeFiles.rename),
  };
  return { files, calls: () => calls };
}
