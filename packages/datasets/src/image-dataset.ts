import { assertLabels, TintypeError } from '@tintype/core-tensor';
import { assertAttributes } from './attributes.ts';
import { toClassLabels } from './class-labels.ts';
import type { ImageDataset } from './dataset.ts';

export interface ImageDatasetOptions {
  readonly name: string;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** [size, height, width, channels]. */
  readonly values: Uint8Array | Float32Array;
  /** Darkest and brightest value. Required for floats; bytes are 0 to 255. */
  readonly range?: readonly [number, number];
  /** One class index per image. */
  readonly labels?: ArrayLike<number>;
  readonly classNames?: readonly string[];
}

/**
 * A dataset from your own pixels. Floats are rounded to 256 levels of the stated range.
 * Throws `E_DATA` where a value is NaN or out of range, where the values plainly belong to another range, or where
 * the images carry no information; `E_LABEL` for a label that is no class.
 */
export function createImageDataset(options: ImageDatasetOptions): ImageDataset {
  const { name, height, width, channels, labels, classNames } = options;
  const imageLength = height * width * channels;
  if (!(Number.isInteger(imageLength) && imageLength > 0) || options.values.length % imageLength !== 0) {
    throw new TintypeError('E_DATA', {
      where: name,
      what: 'the values are not whole images',
      got: `${options.values.length} values`,
      expected: `a multiple of ${height} × ${width} × ${channels}`,
    });
  }
  const dataset: ImageDataset = {
    name,
    size: options.values.length / imageLength,
    height,
    width,
    channels,
    pixels: toBytes(options),
    ...(labels ? { labels: toClassLabels(labels, `${name}.labels`, classNames?.length) } : {}),
    ...(classNames ? { classNames } : {}),
  };
  assertImageDataset(dataset, name);
  return dataset;
}

/** Throws `E_DATA` where a dataset is empty, contradicts itself or shows one and the same image throughout. */
export function assertImageDataset(dataset: ImageDataset, where: string): void {
  const { size, height, width, channels, pixels, labels, classNames, names } = dataset;
  const expected = size * height * width * channels;
  if (size < 1 || expected < 1) {
    throw new TintypeError('E_DATA', {
      where,
      what: 'the dataset is empty',
      got: size,
      expected: 'at least 1 image',
    });
  }
  if (pixels.length !== expected) {
    throw new TintypeError('E_DATA', {
      where,
      what: `${size} images of ${height}×${width}×${channels} need another number of bytes`,
      got: pixels.length,
      expected,
    });
  }
  if (labels && labels.length !== size) {
    throw new TintypeError('E_DATA', {
      where,
      what: 'one label per image',
      got: labels.length,
      expected: size,
    });
  }
  if (names) assertNames(names, size, where);
  assertAttributes(dataset, where);
  if (labels && classNames) assertLabels(labels, classNames.length, `${where}.labels`);
  assertInformative(dataset, where);
}

/** Takes the first `count` images; shares their memory. Throws `E_DATA` where there are fewer. */
export function takeImages(dataset: ImageDataset, count: number): ImageDataset {
  if (!Number.isInteger(count) || count < 1 || count > dataset.size) {
    throw new TintypeError('E_DATA', {
      where: `takeImages(${dataset.name})`,
      what: 'the dataset has another number of images',
      got: count,
      expected: `an integer from 1 to ${dataset.size}`,
    });
  }
  const imageLength = dataset.height * dataset.width * dataset.channels;
  return {
    ...dataset,
    size: count,
    pixels: dataset.pixels.subarray(0, count * imageLength),
    ...(dataset.labels ? { labels: dataset.labels.subarray(0, count) } : {}),
    ...(dataset.attributes
      ? { attributes: dataset.attributes.subarray(0, (count * dataset.attributes.length) / dataset.size) }
      : {}),
    ...(dataset.names ? { names: dataset.names.slice(0, count) } : {}),
  };
}

function toBytes({ name, values, range }: ImageDatasetOptions): Uint8Array {
  if (values instanceof Uint8Array && range === undefined) return values;
  if (range === undefined || !(range[0] < range[1])) {
    throw new TintypeError('E_DATA', {
      where: `${name}.range`,
      what: 'floats need the values of black and white',
      got: range,
      expected: 'for example [-1, 1], [0, 1] or [0, 255]',
    });
  }
  const [low, high] = range;
  assertRange(values, low, high, name);
  return Uint8Array.from(values, (value) => Math.round(((value - low) / (high - low)) * 255));
}

function assertRange(values: ArrayLike<number>, low: number, high: number, name: string): void {
  let smallest = Number.POSITIVE_INFINITY;
  let largest = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (!Number.isFinite(value)) {
      throw new TintypeError('E_DATA', {
        where: `${name}.values[${index}]`,
        what: 'a pixel is not a finite number',
        got: value,
        expected: `${low} to ${high}`,
      });
    }
    if (value < smallest) smallest = value;
    if (value > largest) largest = value;
  }
  // A set that never leaves the brighter half, or hardly moves, was written for another range.
  const isOutside = smallest < low || largest > high;
  const isHalf = low < 0 && smallest >= (low + high) / 2;
  const isNarrow = largest - smallest < (high - low) / 64;
  if (isOutside || isHalf || isNarrow) {
    throw new TintypeError('E_DATA', {
      where: name,
      what: 'the pixels do not look like the stated range',
      got: `values from ${smallest} to ${largest}`,
      expected: `${low} to ${high}`,
      remedy: 'State the range the values are in; nothing is rescaled silently',
    });
  }
}

function assertNames(names: readonly string[], size: number, where: string): void {
  if (names.length !== size) {
    throw new TintypeError('E_DATA', {
      where: `${where}.names`,
      what: 'one name per image',
      got: names.length,
      expected: size,
    });
  }
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) {
      throw new TintypeError('E_DATA', { where: `${where}.names`, what: 'a name stands twice', got: name });
    }
    seen.add(name);
  }
}

function assertInformative({ pixels, size }: ImageDataset, where: string): void {
  const first = pixels[0]!;
  const imageLength = pixels.length / size;
  const isConstant = pixels.every((value) => value === first);
  if (isConstant || (size > 1 && pixels.every((value, i) => value === pixels[i % imageLength]))) {
    throw new TintypeError('E_DATA', {
      where,
      what: isConstant ? 'every pixel of the dataset is the same' : 'all images of the dataset are equal',
      got: isConstant ? first : `${size} times one image`,
      expected: 'images that differ',
      remedy: 'Check how the images were read',
    });
  }
}
