import { sha256, TintypeError } from '@tintype/core-tensor';
import type { DataFiles } from '../data-files.ts';
import type { ImageDataset } from '../dataset.ts';
import type { ImagePack } from '../packs/image-pack.ts';
import type { Picture, PictureSet } from '../pictures/picture.ts';
import { readJsonObject } from '../pictures/read-json-object.ts';
import { type PackCacheOptions, withPackCache } from './pack-cache.ts';
import { assertImageSize, createSvgRasterizer, type RgbColor, rasterizerVersion } from './rasterize-svg.ts';

export interface DrawPicturesOptions extends PackCacheOptions {
  readonly files: DataFiles;
  /** Sides of the square in pixels, 1 to 4096. */
  readonly imageSize: number;
  /** Under transparent pixels. @default white */
  readonly background?: RgbColor;
}

/**
 * These pictures of a set as pixels [n, imageSize, imageSize, 3], drawn once and kept (see `withPackCache`).
 * Throws `E_DATA_MISSING` with the install line where the package is absent, `E_DATA` naming the first picture that
 * cannot be drawn, and `E_CONFIG` for an impossible size or colour.
 */
export async function drawPictures(
  set: PictureSet,
  pictures: readonly Picture[],
  options: DrawPicturesOptions,
): Promise<ImageDataset> {
  const { files, imageSize, background = [255, 255, 255] } = options;
  assertImageSize(imageSize, set.name);
  assertFits(pictures.length, imageSize, set.name);
  const { version } = await readJsonObject(files, `${set.packageName}/package.json`);
  const source = `${set.packageName} ${String(version)}`;
  const chosen = await sha256(new TextEncoder().encode(JSON.stringify(pictures)));
  const key = { name: set.name, source, converter: rasterizerVersion, imageSize, background, chosen };

  async function convert(): Promise<ImagePack> {
    const draw = await createSvgRasterizer({ imageSize, background });
    const texts = await set.read(files, pictures);
    const imageLength = imageSize * imageSize * 3;
    const pixels = new Uint8Array(pictures.length * imageLength);
    for (const [place, { name }] of pictures.entries()) {
      pixels.set(draw(texts[place]!, `${set.name}: ${name}`).values, place * imageLength);
    }
    const dataset: ImageDataset = {
      name: set.name,
      size: pictures.length,
      height: imageSize,
      width: imageSize,
      channels: 3,
      pixels,
      names: pictures.map(({ name }) => name),
    };
    const { licence, attribution } = set;
    return { dataset, provenance: { licence, attribution, source, converter: rasterizerVersion } };
  }

  return (await withPackCache(key, convert, options)).dataset;
}

/** 1 GiB: what fits into the memory of most machines beside a training. */
const largestDataset = 2 ** 30;

function assertFits(count: number, imageSize: number, where: string): void {
  const bytes = count * imageSize * imageSize * 3;
  if (bytes <= largestDataset) return;
  throw new TintypeError('E_CONFIG', {
    where: `${where}.imageSize`,
    what: 'the pictures would not fit into memory',
    got: `${bytes} bytes for ${count} pictures of ${imageSize} x ${imageSize}`,
    expected: `at most ${largestDataset}`,
    remedy: 'Ask for a smaller size, or set a limit',
  });
}

/** The dataset with names and classes of these pictures; `all` decides which classes there are, sorted. */
export function withClasses(
  dataset: ImageDataset,
  pictures: readonly Picture[],
  all: readonly Picture[],
): ImageDataset {
  const classNames = [...new Set([...all, ...pictures].map(({ category }) => category))].sort();
  const labels = Uint8Array.from(pictures, ({ category }) => classNames.indexOf(category));
  return { ...dataset, names: pictures.map(({ name }) => name), labels, classNames };
}
