import { scratchBytes } from '../../engine/kernel.ts';
import type { ConvGeometry } from './geometry.ts';

/** Sizes of a 3×3 convolution with stride 1. Channels may be rounded up. */
export type WinogradSizes = Omit<
  ConvGeometry,
  'kernelHeight' | 'kernelWidth' | 'strideHeight' | 'strideWidth'
>;

const tileSize = 4;

/** Tiles of 4×4 outputs, over all images. */
export function winogradTiles({ batch, outHeight, outWidth }: WinogradSizes): number {
  return batch * Math.ceil(outHeight / tileSize) * Math.ceil(outWidth / tileSize);
}

/** How a convolution is divided into items, for the kernel `winogradForward`. */
export interface ForwardPlan {
  readonly blockTiles: number;
  readonly channelBlock: number;
  readonly outGroup: number;
  readonly items: number;
}

/** Blocks of 24 tiles stay in the second-level cache; smaller ones where there would be few to share. */
export function planForward(sizes: WinogradSizes): ForwardPlan {
  const tiles = winogradTiles(sizes);
  const blockTiles = tiles >= 24 * 16 ? 24 : tiles >= 12 * 4 ? 12 : 6;
  const outGroup = evenGroup(sizes.outChannels, 128, 8);
  const items = Math.ceil(tiles / blockTiles) * Math.ceil(sizes.outChannels / outGroup);
  return { blockTiles, channelBlock: evenGroup(sizes.channels, 128, 4), outGroup, items };
}

/** How the filter's gradient is divided into items, for the kernel `winogradFilterGradient`. */
export interface GradientPlan {
  readonly blockTiles: number;
  readonly parts: number;
  readonly channelGroup: number;
  readonly outGroup: number;
  readonly items: number;
}

/**
 * Sums for a group of channels stay in the cache beside the tiles that they are of. Enough items for several threads;
 * each part costs a transform of the whole filter, so none has only a few tiles.
 */
export function planGradient(sizes: WinogradSizes): GradientPlan {
  const { channels, outChannels } = sizes;
  const tiles = winogradTiles(sizes);
  const blockTiles = 48;
  const outGroup = evenGroup(outChannels, 64, 8);
  const floats = Math.floor((scratchBytes - reservedBytes(channels)) / pointsBytes);
  const mostOfGroup = Math.floor((floats - blockTiles * outGroup) / (blockTiles + outGroup) / 4) * 4;
  const channelGroup = evenGroup(channels, mostOfGroup, 4);
  const groups = Math.ceil(channels / channelGroup) * Math.ceil(outChannels / outGroup);
  const parts = Math.max(1, Math.min(Math.ceil(12 / groups), Math.floor(tiles / blockTiles)));
  return { blockTiles, parts, channelGroup, outGroup, items: parts * groups };
}

/** Bytes of a float at each of the 36 points. */
const pointsBytes = 36 * 4;

/** A row of zeros as wide as a window, gaps between points, and what a transform keeps. */
function reservedBytes(channels: number): number {
  return 6 * 4 * channels + 2 ** 14;
}

/** The size of groups, at most `most` each, that divide a number of channels about evenly. */
function evenGroup(channels: number, most: number, multiple: number): number {
  return roundUp(channels / Math.ceil(channels / most), multiple);
}

export function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
