import { assertLabels, TintypeError } from '@tintype/core-tensor';
import type { ImageDataset } from './dataset.ts';
import { parseIdx } from './idx.ts';

export interface IdxDatasetOptions {
  readonly name: string;
  /** The IDX file of the images, uint8 [n, height, width]. */
  readonly images: Uint8Array;
  /** The IDX file of the labels, uint8 [n]. */
  readonly labels: Uint8Array;
  readonly classNames: readonly string[];
}

/** A dataset of grey images from a pair of IDX files. Throws `E_DATA` or `E_LABEL` where they do not agree. */
export function parseIdxDataset({ name, images, labels, classNames }: IdxDatasetOptions): ImageDataset {
  const imageArray = parseIdx(images, `${name} images`);
  const labelArray = parseIdx(labels, `${name} labels`);
  const [size = 0, height = 0, width = 0] = imageArray.shape;
  if (imageArray.shape.length !== 3) throw wrongRank(`${name} images`, imageArray.shape.length, 3);
  if (labelArray.shape.length !== 1) throw wrongRank(`${name} labels`, labelArray.shape.length, 1);
  if (labelArray.values.length !== size) {
    throw new TintypeError('E_DATA', {
      where: name,
      what: 'the two files do not belong together',
      got: `${labelArray.values.length} labels`,
      expected: `${size}, one per image`,
      remedy: 'Take images and labels of the same split',
    });
  }
  assertLabels(labelArray.values, classNames.length, `${name}.labels`);
  return {
    name,
    size,
    height,
    width,
    channels: 1,
    pixels: imageArray.values,
    labels: labelArray.values,
    classNames,
  };
}

function wrongRank(where: string, got: number, expected: number): TintypeError {
  return new TintypeError('E_DATA', {
    where,
    what: 'the IDX file has another rank',
    got,
    expected,
    remedy: 'Images and labels may be exchanged',
  });
}
