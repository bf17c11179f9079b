export { type ImageFolder, type ImageFolderOptions, loadImageFolder } from './image-folder.ts';
export { type PackCacheOptions, type PackKey, withPackCache } from './pack-cache.ts';
export { createPackageDataFiles, type PackageDataFilesOptions } from './package-data-files.ts';
