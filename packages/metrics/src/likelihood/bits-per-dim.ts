import { assertConfig, v } from '@tintype/core-tensor';
import { positive, wholeFrom } from '../config/option-schemas.ts';

export interface BitsPerDimOptions {
  /**
   * How far two neighbouring 8-bit levels lie apart in what the density is of: 1 for probabilities of the levels
   * themselves, binary pixels and a density on 0 … 255; 1/127.5 for a density of images in [-1, 1]; 1/255 for [0, 1].
   * @default 1
   */
  readonly levelSpacing?: number;
}

/**
 * Bits per dimension of a negative log-likelihood in nats per image: (nats / dimensions − ln levelSpacing) / ln 2.
 * A density has no meaning without its scale: squeezing the pixels of an image raises it. What is bounded and compared
 * is the probability of the 8-bit levels, and a density of images with noise of one level's width (uniform dequantisation,
 * Theis et al. 2016, arXiv 1511.01844) gives it times the spacing to the power of the dimensions: for [-1, 1] that adds
 * log2 127.5 = 6.994 bits. Without such noise the figure is of the density and bounds nothing.
 * @param dimensions Height × width × channels.
 * @throws TintypeError `E_CONFIG`
 */
export function bitsPerDim(nats: number, dimensions: number, options: BitsPerDimOptions = {}): number {
  return (perDimension(nats, dimensions, 'bitsPerDim.nats') - logSpacing(options)) / Math.LN2;
}

/** The way back: nats per image of the same scale. @throws TintypeError `E_CONFIG` */
export function natsOfBitsPerDim(bits: number, dimensions: number, options: BitsPerDimOptions = {}): number {
  perDimension(bits, dimensions, 'natsOfBitsPerDim.bits');
  return dimensions * (bits * Math.LN2 + logSpacing(options));
}

function perDimension(total: number, dimensions: number, where: string): number {
  assertConfig(v.pipe(v.number(), v.finite()), total, where);
  assertConfig(wholeFrom(1), dimensions, 'bitsPerDim.dimensions');
  return total / dimensions;
}

function logSpacing({ levelSpacing = 1 }: BitsPerDimOptions): number {
  return Math.log(assertConfig(positive, levelSpacing, 'bitsPerDim.levelSpacing'));
}
