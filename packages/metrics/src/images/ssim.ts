// Structural similarity: Wang, Bovik, Sheikh and Simoncelli (2004), "Image quality assessment: from error visibility to
// structural similarity", equation 13 with the constants of its section III-C.
import { type ImageBatch, TintypeError } from '@tintype/core-tensor';
import { assertImagePair, type PixelRange } from './assert-image-pair.ts';
import { gaussianWindow, smoothInside } from './gaussian-window.ts';

export interface SsimOptions {
  /** Lowest and highest value of a pixel. @default [-1, 1] */
  readonly range?: PixelRange;
}

export interface Ssim {
  /** For each image, at most 1, which only identical ones reach. */
  readonly perImage: readonly number[];
  readonly mean: number;
}

const windowSize = 11;
const windowDeviation = 1.5;
const [k1, k2] = [0.01, 0.03];

/**
 * Mean SSIM of images [n, h, w, c] over all places where the 11 × 11 Gaussian window (σ 1.5) fits, and over the channels.
 * Pixels count from the minimum of the range, since the formula weighs errors by the brightness: the figure for [-1, 1] is
 * the one for the same pictures in 0 … 255.
 * @throws TintypeError `E_SHAPE` also for images below 11 × 11, `E_CONFIG`, `E_DATA`
 */
export function ssim(a: ImageBatch, b: ImageBatch, { range = [-1, 1] }: SsimOptions = {}): Ssim {
  assertImagePair(a, b, range, 'ssim');
  const [count, height, width, channels] = a.shape;
  if (Math.min(height, width) < windowSize) {
    throw new TintypeError('E_SHAPE', {
      where: 'ssim',
      what: 'the window does not fit into the image',
      got: [height, width],
      expected: `at least ${windowSize} by ${windowSize}`,
    });
  }
  const perImage = Array.from({ length: count }, (_, image) => {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) {
      sum += planeSsim(planeOf(a, image, channel, range), planeOf(b, image, channel, range), {
        height,
        width,
      });
    }
    return sum / channels;
  });
  return { perImage, mean: perImage.reduce((sum, value) => sum + value, 0) / count };
}

/** One channel of one image, from 0 to 1. */
function planeOf(
  { shape: [, height, width, channels], values }: ImageBatch,
  image: number,
  channel: number,
  [minimum, maximum]: PixelRange,
): Float64Array {
  const first = image * height * width * channels + channel;
  return Float64Array.from(
    { length: height * width },
    (_, i) => (values[first + i * channels]! - minimum) / (maximum - minimum),
  );
}

function planeSsim(a: Float64Array, b: Float64Array, size: { height: number; width: number }): number {
  const window = gaussianWindow(windowSize, windowDeviation);
  const smooth = (values: Float64Array): Float64Array => smoothInside(values, size, window);
  const meanA = smooth(a);
  const meanB = smooth(b);
  const squareA = smooth(a.map((value) => value * value));
  const squareB = smooth(b.map((value) => value * value));
  const product = smooth(a.map((value, i) => value * b[i]!));
  let sum = 0;
  for (let i = 0; i < meanA.length; i++) {
    const [muA, muB] = [meanA[i]!, meanB[i]!];
    const covariance = product[i]! - muA * muB;
    const variances = squareA[i]! - muA * muA + squareB[i]! - muB * muB;
    const luminance = (2 * muA * muB + k1 ** 2) / (muA * muA + muB * muB + k1 ** 2);
    sum += luminance * ((2 * covariance + k2 ** 2) / (variances + k2 ** 2));
  }
  return sum / meanA.length;
}
