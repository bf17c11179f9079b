import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  encodePng,
  type ImageBatch,
  makeGrid,
  readImages,
  TintypeError,
  type tf,
} from '@tintype/core-tensor';

export interface WriteImagesOptions {
  /** The folder, made where it is missing. */
  readonly out: string;
  /** Name of the file of this number, without its ending. */
  nameOf(index: number): string;
  /** Images side by side in one file. @default 1 */
  readonly imagesPerFile?: number;
  readonly grid: {
    /** Images that the grid shows, the first ones. @default all */
    readonly count?: number;
    /** @default as near to a square as it gets */
    readonly columns?: number;
  };
  readonly signal: AbortSignal;
}

export interface WrittenImages {
  readonly files: readonly string[];
  readonly grid: string;
}

/**
 * Writes batches [b, h, w, c] in [-1, 1] as PNG files and a grid, freeing each batch; every batch holds whole files.
 * Throws `E_ABORTED`.
 */
export async function writeImages(
  batches: AsyncIterable<tf.Tensor4D>,
  { out, nameOf, imagesPerFile = 1, grid, signal }: WriteImagesOptions,
): Promise<WrittenImages> {
  await mkdir(out, { recursive: true });
  const { count = Number.POSITIVE_INFINITY, columns } = grid;
  const files: string[] = [];
  const shown: ImageBatch[] = [];
  for await (const batch of batches) {
    const images = await readImages(batch).finally(() => batch.dispose());
    for (const part of splitImages(images, imagesPerFile)) {
      const file = join(out, `${nameOf(files.length)}.png`);
      await writeFile(file, encodePng(makeGrid(part, { padding: 0, columns: imagesPerFile })));
      files.push(file);
      if (shown.length * imagesPerFile < count) shown.push(part);
    }
    if (signal.aborted) throw new TintypeError('E_ABORTED', { what: `stopped after ${files.length} images` });
  }
  const gridFile = join(out, 'grid.png');
  await writeFile(gridFile, encodePng(makeGrid(joinImages(shown), columns === undefined ? {} : { columns })));
  return { files, grid: gridFile };
}

/** As the name of the file: six digits, so that names are in order. */
export function numberedName(index: number): string {
  return String(index).padStart(6, '0');
}

function splitImages(images: ImageBatch, imagesPerFile: number): ImageBatch[] {
  const [count, height, width, channels] = images.shape;
  const size = imagesPerFile * height * width * channels;
  return Array.from({ length: count / imagesPerFile }, (_, i) => ({
    shape: [imagesPerFile, height, width, channels],
    values: images.values.slice(i * size, (i + 1) * size),
  }));
}

function joinImages(parts: readonly ImageBatch[]): ImageBatch {
  const [imagesPerFile, height, width, channels] = parts[0]!.shape;
  const size = imagesPerFile * height * width * channels;
  const values = new Float32Array(parts.length * size);
  for (const [i, part] of parts.entries()) values.set(part.values, i * size);
  return { shape: [parts.length * imagesPerFile, height, width, channels], values };
}
