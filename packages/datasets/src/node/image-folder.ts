import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { TintypeError } from '@tintype/core-tensor';
import { toClassLabels } from '../class-labels.ts';
import { type ColorChannels, convertChannels } from '../convert-channels.ts';
import type { ImageDataset } from '../dataset.ts';
import { fitImage, type ImageFit } from '../fit-image.ts';
import { assertImageDataset } from '../image-dataset.ts';
import { decodeImage } from './decode-image.ts';
import { listImages } from './list-images.ts';

export interface ImageFolderOptions {
  /** Side length in pixels after fitting, 1 to 4096. */
  readonly imageSize: number;
  /** @default 'crop' */
  readonly fit?: ImageFit;
  /** 1 grey, 3 colour. @default 3 */
  readonly channels?: ColorChannels;
  /** Grey level 0 to 255 under transparent pixels and around padded images. @default 255 */
  readonly background?: number;
}

export interface ImageFolder {
  /**
   * With labels where the images lie in subfolders: one class per subfolder, in the order of their names.
   * An image's name is its path without the ending, so that `edges/cat.png` and `photos/cat.jpg` make a pair.
   */
  readonly dataset: ImageDataset;
  /** Files that were left out: hidden, linked or of another type. */
  readonly skipped: readonly string[];
}

/**
 * Reads every PNG and JPEG of a folder, in code-unit order of the paths, resized by area averaging.
 * Throws `E_DATA_MISSING` for an unreadable folder, `E_DATA` where it holds no images or mixes two layouts, and
 * `E_IMAGE` naming the first file that cannot be decoded.
 */
export async function loadImageFolder(folder: string, options: ImageFolderOptions): Promise<ImageFolder> {
  const { imageSize, fit = 'crop', channels = 3, background = 255 } = options;
  assertOptions(imageSize, channels, fit);
  const { images, classNames, skipped } = await listImages(folder);
  const imageLength = imageSize * imageSize * channels;
  const pixels = new Uint8Array(images.length * imageLength);
  for (const [index, { path }] of images.entries()) {
    const file = join(folder, path);
    const decoded = await decodeImage(new Uint8Array(await readFile(file)), file);
    const fitted = fitImage(convertChannels(decoded, channels, background), imageSize, fit, background);
    pixels.set(Uint8Array.from(fitted.values, Math.round), index * imageLength);
  }
  const dataset: ImageDataset = {
    name: basename(resolve(folder)),
    size: images.length,
    height: imageSize,
    width: imageSize,
    channels,
    pixels,
    ...(classNames.length > 0
      ? {
          labels: toClassLabels(
            images.map(({ label }) => label),
            folder,
            classNames.length,
          ),
          classNames,
        }
      : {}),
    names: namesOf(images.map(({ path }) => path)),
  };
  assertImageDataset(dataset, folder);
  return { dataset, skipped };
}

/** Paths without their endings; where two files would share a name, both keep theirs. */
function namesOf(paths: readonly string[]): string[] {
  const stems = paths.map((path) => path.replace(/\.[^.]*$/, ''));
  const uses = new Map<string, number>();
  for (const stem of stems) uses.set(stem, (uses.get(stem) ?? 0) + 1);
  return stems.map((stem, i) => (uses.get(stem) === 1 ? stem : paths[i]!));
}

function assertOptions(imageSize: number, channels: number, fit: string): void {
  if (!Number.isInteger(imageSize) || imageSize < 1 || imageSize > 4096) {
    throw wrongOption('imageSize', imageSize, 'an integer from 1 to 4096');
  }
  if (channels !== 1 && channels !== 3) throw wrongOption('channels', channels, '1 or 3');
  if (!['crop', 'stretch', 'pad'].includes(fit)) throw wrongOption('fit', fit, 'crop, stretch or pad');
}

function wrongOption(name: string, got: unknown, expected: string): TintypeError {
  return new TintypeError('E_CONFIG', {
    where: `loadImageFolder.${name}`,
    what: 'not possible',
    got,
    expected,
  });
}
