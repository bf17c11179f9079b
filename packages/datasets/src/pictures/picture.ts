import type { DataFiles } from '../data-files.ts';

/** One picture of a set, before it is drawn. */
export interface Picture {
  /** Its key in the set, or its file. */
  readonly id: string;
  readonly name: string;
  readonly codePoints: string;
  /** What it is counted under, for example "Food & Drink". */
  readonly category: string;
}

/** Pictures of one hand, kept as SVG in an npm package. */
export interface PictureSet {
  /** Lower-case letters and hyphens. */
  readonly name: string;
  readonly packageName: string;
  /** SPDX identifier. */
  readonly licence: string;
  readonly attribution: string;
  /** All pictures, in the order of their code points. */
  list(files: DataFiles): Promise<readonly Picture[]>;
  /** Their SVG texts. Throws `E_DATA` naming a picture that the set lists but lacks. */
  read(files: DataFiles, pictures: readonly Picture[]): Promise<readonly string[]>;
}
