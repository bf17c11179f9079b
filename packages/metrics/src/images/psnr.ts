import type { ImageBatch } from '@tintype/core-tensor';
import { assertImagePair, type PixelRange } from './assert-image-pair.ts';

export interface PsnrOptions {
  /** Lowest and highest value of a pixel. @default [-1, 1] */
  readonly range?: PixelRange;
}

export interface Psnr {
  /** In dB, for each image; +∞ for identical ones. */
  readonly perImage: readonly number[];
  /** Mean over the images: +∞ as soon as one is identical. */
  readonly mean: number;
  /** Mean squared error over all pixels, in squared units of the range. */
  readonly meanSquaredError: number;
}

/**
 * Peak signal-to-noise ratio of images [n, h, w, c]: 10 · log10(width² / MSE) in dB, width = maximum − minimum (2 for
 * [-1, 1]; the figure is the same as for 8-bit levels and 255). Tensors are read with `readImages`.
 * @throws TintypeError `E_SHAPE`, `E_CONFIG`, `E_DATA`
 */
export function psnr(a: ImageBatch, b: ImageBatch, { range = [-1, 1] }: PsnrOptions = {}): Psnr {
  assertImagePair(a, b, range, 'psnr');
  const [count, height, width, channels] = a.shape;
  const size = height * width * channels;
  const peak = (range[1] - range[0]) ** 2;
  const errors = Array.from({ length: count }, (_, image) => {
    let sum = 0;
    for (let i = image * size; i < (image + 1) * size; i++) sum += (a.values[i]! - b.values[i]!) ** 2;
    return sum / size;
  });
  const perImage = errors.map((error) => 10 * Math.log10(peak / error));
  const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / count;
  return { perImage, mean: meanOf(perImage), meanSquaredError: meanOf(errors) };
}
