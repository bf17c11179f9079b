export { type ImageFolder, type ImageFolderOptions, loadImageFolder } from './image-folder.ts';
export { createPackageDataFiles, type PackageDataFilesOptions } from './package-data-files.ts';
