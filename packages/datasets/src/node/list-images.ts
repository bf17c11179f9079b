import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { TintypeError } from '@tintype/core-tensor';

export interface ImageListing {
  /** Paths relative to the folder, in code-unit order, with the index of their class where there are classes. */
  readonly images: readonly { readonly path: string; readonly label: number }[];
  /** Names of the subfolders that hold images, sorted; empty where the images lie in the folder itself. */
  readonly classNames: readonly string[];
  /** What was left out: hidden files, links, other file types, deeper folders. */
  readonly skipped: readonly string[];
}

const imagePattern = /\.(png|jpe?g)$/i;

/** Images of a folder, or of its subfolders as classes. Throws `E_DATA_MISSING` or, where both occur, `E_DATA`. */
export async function listImages(folder: string): Promise<ImageListing> {
  const top = await readSorted(folder);
  const loose = top.filter(isImage).map((entry) => entry.name);
  const skipped = top.filter((entry) => !isImage(entry) && !isOpenFolder(entry)).map((entry) => entry.name);
  const classes: { name: string; paths: string[] }[] = [];
  for (const { name } of top.filter(isOpenFolder)) {
    const entries = await readSorted(join(folder, name));
    const paths = entries.filter(isImage).map((entry) => `${name}/${entry.name}`);
    skipped.push(...entries.filter((entry) => !isImage(entry)).map((entry) => `${name}/${entry.name}`));
    if (paths.length > 0) classes.push({ name, paths });
    else skipped.push(`${name}/`);
  }
  assertOneLayout(folder, loose, classes, skipped);
  return {
    images:
      classes.length > 0
        ? classes.flatMap(({ paths }, label) => paths.map((path) => ({ path, label })))
        : loose.map((path) => ({ path, label: 0 })),
    classNames: classes.map(({ name }) => name),
    skipped,
  };
}

function assertOneLayout(
  folder: string,
  loose: readonly string[],
  classes: readonly unknown[],
  skipped: readonly string[],
): void {
  if (loose.length > 0 && classes.length > 0) {
    throw new TintypeError('E_DATA', {
      where: folder,
      what: 'images lie both in the folder and in its subfolders, so their classes are unclear',
      got: `${loose.length} beside ${classes.length} subfolders, first ${loose[0]}`,
      remedy: 'Move all into subfolders, or all out of them',
    });
  }
  if (loose.length === 0 && classes.length === 0) {
    throw new TintypeError('E_DATA', {
      where: folder,
      what: 'the folder holds no PNG or JPEG image',
      got: skipped.length === 0 ? 'an empty folder' : `${skipped.length} other entries, first ${skipped[0]}`,
      expected: 'files ending in .png, .jpg or .jpeg',
    });
  }
}

async function readSorted(folder: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  } catch (cause) {
    throw new TintypeError('E_DATA_MISSING', {
      where: folder,
      what: 'the folder cannot be read',
      remedy: 'Check the path',
      cause,
    });
  }
}

function isImage(entry: Dirent): boolean {
  return entry.isFile() && !entry.name.startsWith('.') && imagePattern.test(entry.name);
}

function isOpenFolder(entry: Dirent): boolean {
  return entry.isDirectory() && !entry.name.startsWith('.');
}
