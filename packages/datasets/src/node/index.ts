export { createPackageDataFiles, type PackageDataFilesOptions } from './package-data-files.ts';
