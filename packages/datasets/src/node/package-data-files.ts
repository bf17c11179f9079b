import type { DataFiles } from '../data-files.ts';
import { drawEmojiImages } from './draw-emoji-images.ts';
import { createPackageReader, type PackageDataFilesOptions } from './package-reader.ts';

/**
 * Data files of installed npm packages, and emoji drawn from them. `read` throws `E_DATA_MISSING` with the install line
 * where the package or the file is absent, and `E_PATH` for a path that leaves the package.
 */
export function createPackageDataFiles(options: PackageDataFilesOptions = {}): DataFiles {
  const files = createPackageReader(options);
  return { ...files, drawEmoji: (request) => drawEmojiImages({ ...request, files }) };
}
