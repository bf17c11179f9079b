import { dirname, resolve } from 'node:path';
import { TintypeError } from '@tintype/core-tensor';

/** Folders from which `node_modules` is searched upwards unless others are given. */
export function defaultSearchFolders(): readonly string[] {
  return [process.cwd(), ...(process.argv[1] ? [dirname(resolve(process.argv[1]))] : [])];
}

/** The error for a package, or a file of it, that is not there: with the line that installs `packageNames`. */
export function missingPackage(
  packageNames: string,
  what: string,
  where: string,
  cause: unknown,
): TintypeError {
  const remedy = `Install it: npm install ${packageNames}`;
  return new TintypeError('E_DATA_MISSING', { where, what, remedy, cause });
}
