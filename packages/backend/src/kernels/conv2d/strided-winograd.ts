import { borrowMemory } from '../../engine/borrow-memory.ts';
import { pointerTo } from '../wasm-backend.ts';
import type { ConvolutionAlgorithm, ConvolutionCall, ConvolutionPass } from './algorithm.ts';
import type { ConvGeometry } from './geometry.ts';
import { fillsItsTiles, planGradient, planPass, stridedTiles } from './strided-winograd-plan.ts';
import { withStridedWeights } from './strided-winograd-weights.ts';
import { roundUp } from './winograd-plan.ts';

const taps = 16;
const floatBytes = 4;
const floatsPerGrain = 2 ** 14;

/**
 * 4×4 with stride 2, the convolution of DCGAN and pix2pix, as four 2×2 convolutions of stride 1 (one for each phase of
 * the input) by Winograd's F(4×4, 2×2): 100 products where the definition has 256. Errors as for `winograd`.
 */
export const stridedWinograd: ConvolutionAlgorithm = {
  supports: (pass, geometry) =>
    isFourByFourStrided(geometry) && hasChannels(pass, geometry) && fillsItsTiles(geometry),
  forward: (call, x, filter, bias) => {
    const { backend, engine, geometry } = call;
    const { batch, outHeight, outWidth, outChannels } = geometry;
    const y = backend.makeOutput([batch, outHeight, outWidth, outChannels], 'float32');
    const { blockTiles, channelBlock, outGroup, items } = planPass(
      stridedTiles(geometry),
      geometry.channels,
      outChannels,
    );
    const from = pointerTo(backend, x);
    const added = bias === undefined ? 0 : pointerTo(backend, bias);
    withStridedWeights(call, filter, false, (weights) => {
      engine.run('stridedWinogradForward', {
        ints: [
          from,
          weights,
          pointerTo(backend, y),
          added,
          ...sizesOf(call),
          blockTiles,
          channelBlock,
          outGroup,
        ],
        items,
        grain: 1,
      });
    });
    return y;
  },
  inputGradient: (call, dy, filter) => {
    const { backend, engine, geometry } = call;
    const { batch, height, width, channels, outChannels, padTop, padLeft } = geometry;
    const dx = backend.makeOutput([batch, height, width, channels], 'float32');
    const tiles = batch * placeTiles(height, padTop) * placeTiles(width, padLeft);
    const { blockTiles, channelBlock, outGroup } = planPass(tiles, outChannels, channels);
    const from = pointerTo(backend, dy);
    withStridedWeights(call, filter, true, (weights) => {
      engine.run('stridedWinogradInputGradient', {
        ints: [
          from,
          weights,
          pointerTo(backend, dx),
          0,
          ...sizesOf(call),
          blockTiles,
          channelBlock,
          outGroup,
        ],
        items: Math.ceil(tiles / blockTiles) * ((phases * channels) / outGroup),
        grain: 1,
      });
    });
    return dx;
  },
  filterGradient: (call, x, dy) => {
    const { backend, engine, geometry } = call;
    const { channels, outChannels } = geometry;
    const dw = backend.makeOutput([4, 4, channels, outChannels], 'float32');
    const { parts, blockTiles, channelGroup, outGroup, items } = planGradient(geometry);
    const rowFloats = roundUp(outChannels, 8);
    borrowMemory(engine, parts * taps * channels * rowFloats * floatBytes, (partial) => {
      engine.run('stridedWinogradFilterGradient', {
        ints: [
          ...[pointerTo(backend, x), pointerTo(backend, dy), partial, parts],
          ...[...sizesOf(call), blockTiles, channelGroup, outGroup],
        ],
        items,
        grain: 1,
      });
      engine.run('winogradSumParts', {
        ints: [partial, pointerTo(backend, dw), channels, channels, outChannels, parts, taps],
        items: taps * channels,
        grain: Math.ceil(floatsPerGrain / (parts * rowFloats)),
      });
    });
    return dw;
  },
};

const phases = 4;

function sizesOf({ geometry }: ConvolutionCall): number[] {
  const { batch, height, width, channels, outHeight, outWidth, outChannels, padTop, padLeft } = geometry;
  return [batch, height, width, channels, outHeight, outWidth, outChannels, padTop, padLeft];
}

/** Tiles over the places of one axis of dx: its pixels, in pairs. */
function placeTiles(length: number, pad: number): number {
  return Math.ceil((Math.floor((length - 1 + pad) / 2) - Math.floor(pad / 2) + 1) / 4);
}

function isFourByFourStrided({
  kernelHeight,
  kernelWidth,
  strideHeight,
  strideWidth,
  padTop,
  padLeft,
}: ConvGeometry) {
  return (
    kernelHeight === 4 &&
    kernelWidth === 4 &&
    strideHeight === 2 &&
    strideWidth === 2 &&
    padTop < 4 &&
    padLeft < 4
  );
}

/** Vectors hold four channels, and panels of the filter eight outputs. */
function hasChannels(pass: ConvolutionPass, { channels, outChannels }: ConvGeometry): boolean {
  const isWhole = pass === 'inputGradient' ? channels % 8 === 0 : channels % 4 === 0;
  if (!isWhole || outChannels % 4 !== 0 || Math.min(channels, outChannels) < fewestChannels) return false;
  return pass === 'filterGradient' || channels * outChannels <= mostWeights;
}

/** Input by output channels. The transformed filter is 25 · 4 times as large and comes from beyond the cache for each block. */
const mostWeights = 2 ** 14;
/** Below, the transforms cost more than the products that they save. */
const fewestChannels = 8;
