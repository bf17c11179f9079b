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
  const outGroup = Math.min(roundUp(sizes.outChannels, 8), 128);
  const items = Math.ceil(tiles / blockTiles) * Math.ceil(sizes.outChannels / outGroup);
  return { blockTiles, channelBlock: Math.min(sizes.channels, 128), outGroup, items };
}

/** How the filter's gradient is divided into items, for the kernel `winogradFilterGradient`. */
export interface GradientPlan {
  readonly blockTiles: number;
  readonly parts: number;
  readonly channelGroup: number;
  readonly outGroup: number;
  readonly items: number;
}

/** Enough items for several threads; each part costs a transform of the whole filter, so none has only a few tiles. */
export function planGradient(sizes: WinogradSizes): GradientPlan {
  const tiles = winogradTiles(sizes);
  const blockTiles = 48;
  const channelGroup = Math.min(sizes.channels, 32);
  const outGroup = Math.min(roundUp(sizes.outChannels, 8), 64);
  const groups = Math.ceil(sizes.channels / channelGroup) * Math.ceil(sizes.outChannels / outGroup);
  const parts = Math.max(1, Math.min(Math.ceil(12 / groups), Math.floor(tiles / blockTiles)));
  return { blockTiles, parts, channelGroup, outGroup, items: parts * groups };
}

export function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
