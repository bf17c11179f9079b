import type { ConvolutionAlgorithm } from './algorithm.ts';
import type { ConvGeometry } from './geometry.ts';
import { convolveByWinograd } from './winograd-convolve.ts';
import { filterGradientByWinograd } from './winograd-filter-gradient.ts';
import { winogradTiles } from './winograd-plan.ts';

/**
 * 3×3 with stride 1 by Winograd's F(4×4, 3×3) (Lavin & Gray 2016, arXiv:1509.09308): 36 products where the definition
 * has 144. Its error is that of a float32 sum in another order, except that where an input is infinite, the other
 * outputs of its 4×4 tile may be NaN.
 */
export const winograd: ConvolutionAlgorithm = {
  supports: (pass, geometry) =>
    isThreeByThree(geometry) &&
    isWorthWhile(geometry) &&
    (pass !== 'filterGradient' || winogradTiles(geometry) >= fewestTiles),
  forward: (call, x, filter, bias) => {
    const { geometry } = call;
    const { batch, outHeight, outWidth, outChannels } = geometry;
    const y = call.backend.makeOutput([batch, outHeight, outWidth, outChannels], 'float32');
    convolveByWinograd(call, { x, filter, bias, y, sizes: geometry, isTurned: false });
    return y;
  },
  // dx is the convolution of dy with the filter turned by 180° and its channels exchanged.
  inputGradient: (call, dy, filter) => {
    const { batch, height, width, channels, outHeight, outWidth, outChannels, padTop, padLeft } =
      call.geometry;
    const dx = call.backend.makeOutput([batch, height, width, channels], 'float32');
    const sizes = {
      batch,
      height: outHeight,
      width: outWidth,
      channels: outChannels,
      outHeight: height,
      outWidth: width,
      outChannels: channels,
      padTop: 2 - padTop,
      padLeft: 2 - padLeft,
    };
    convolveByWinograd(call, { x: dy, filter, bias: undefined, y: dx, sizes, isTurned: true });
    return dx;
  },
  filterGradient: filterGradientByWinograd,
};

function isThreeByThree({ kernelHeight, kernelWidth, strideHeight, strideWidth }: ConvGeometry): boolean {
  return kernelHeight === 3 && kernelWidth === 3 && strideHeight === 1 && strideWidth === 1;
}

/** Must not depend on the batch: a sample's bits are the same in every one. */
function isWorthWhile(geometry: ConvGeometry): boolean {
  const { channels, outChannels, outHeight, outWidth } = geometry;
  if (Math.min(channels, outChannels) < fewestChannels || Math.max(channels, outChannels) > mostChannels)
    return false;
  const tilesPerImage = winogradTiles({ ...geometry, batch: 1 });
  return outHeight * outWidth >= fewestOutputsPerTile * tilesPerImage;
}

/** Below, the transforms cost more than the products that they save. */
const fewestChannels = 4;
/** Above, scratch memory may not hold a row of zeros beside the blocks. */
const mostChannels = 4096;
/** Each transforms the sums for the whole filter back, however few tiles they are of. */
const fewestTiles = 12;
/** Of 16: in smaller images most of a tile lies outside. */
const fewestOutputsPerTile = 6;
