/** A file of a folder, where `''` is the root of the storage. */
export function pathIn(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
