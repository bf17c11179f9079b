import { multiplyStridedBlock } from './strided-winograd-multiply';
import { storeStridedTile } from './strided-winograd-output';
import { transformWindow } from './strided-winograd-windows';
import { pointBytes } from './winograd-tiles';

// With u = row of dx + padTop = 2 r + phase, dx in one phase is a 2×2 convolution of dy with stride 1, at r. Tiles are
// 4×4 such places in all four phases, the first at r = ⌊padTop / 2⌋.

/**
 * dx of a 4×4 convolution with stride 2 by F(4×4, 2×2); see stridedWinogradForward. Items are [block of tiles][group of
 * outputs], the outputs being [phase][channels].
 * Arguments: dy, filter (by stridedWinogradFilter, turned), dx, 0, images, height, width, channels, outHeight, outWidth,
 * outChannels, padTop, padLeft, blockTiles (a multiple of 6), channelBlock (of dy, of 4), outGroup (of 8; divides the
 * channels). Channels are a multiple of 8, outChannels of 4.
 * Scratch: 100 · blockTiles · (channelBlock + outGroup) + 4 · outChannels bytes and 8 kB.
 */
export function stridedWinogradInputGradient(args: usize, begin: i32, end: i32, scratch: usize): void {
  const channels = load<i32>(args, 28);
  const inputs = load<i32>(args, 40);
  const blockTiles = load<i32>(args, 52);
  const channelBlock = load<i32>(args, 56);
  const outGroup = load<i32>(args, 60);
  const rows = placeTiles(load<i32>(args, 20), load<i32>(args, 44));
  const columns = placeTiles(load<i32>(args, 24), load<i32>(args, 48));
  const tiles = load<i32>(args, 16) * rows * columns;
  const groups = (4 * channels) / outGroup;
  const point = pointBytes(blockTiles, channelBlock);
  const products = scratch + 25 * point;
  const temporary = products + 100 * blockTiles * outGroup;
  for (let item = begin; item < end; item++) {
    const firstTile = (item / groups) * blockTiles;
    const count = min(blockTiles, tiles - firstTile);
    const firstOut = (item % groups) * outGroup;
    for (let channel = 0; channel < inputs; channel += channelBlock) {
      const depth = min(channelBlock, inputs - channel);
      transformGradientWindows(args, firstTile, count, rows, columns, channel, depth, scratch, point, temporary);
      multiplyStridedBlock(
        load<usize>(args, 4),
        inputs,
        4 * channels,
        count,
        channel,
        depth,
        firstOut,
        outGroup,
        scratch,
        point,
        products,
      );
    }
    storePhase(args, firstTile, count, rows, columns, firstOut, outGroup, products, temporary);
  }
}

/** Tiles that the places of one axis take. */
// @ts-ignore: decorator
@inline
function placeTiles(length: i32, pad: i32): i32 {
  return (((length - 1 + pad) >> 1) - (pad >> 1) + 4) >> 2;
}

function transformGradientWindows(
  args: usize,
  firstTile: i32,
  count: i32,
  rows: i32,
  columns: i32,
  firstChannel: i32,
  channels: i32,
  to: usize,
  point: usize,
  temporary: usize,
): void {
  const outHeight = load<i32>(args, 32);
  const outWidth = load<i32>(args, 36);
  const pixel = load<i32>(args, 40) * 4;
  const dy = load<usize>(args) + firstChannel * 4;
  const top = (load<i32>(args, 44) >> 1) - 1;
  const left = (load<i32>(args, 48) >> 1) - 1;
  const zeros = temporary + 400;
  memory.fill(zeros, 0, channels * 4);
  for (let slot = 0; slot < count; slot++) {
    const tile = firstTile + slot;
    const line = tile / columns;
    transformWindow(
      dy + (line / rows) * outHeight * outWidth * pixel,
      outHeight,
      outWidth,
      pixel,
      1,
      (line % rows) * 4 + top,
      (tile % columns) * 4 + left,
      channels >> 2,
      to + (slot / 6) * (channels * 24) + (slot % 6) * 16,
      point,
      96,
      temporary,
      zeros,
    );
  }
}

function storePhase(
  args: usize,
  firstTile: i32,
  count: i32,
  rows: i32,
  columns: i32,
  firstOut: i32,
  outs: i32,
  products: usize,
  temporary: usize,
): void {
  const height = load<i32>(args, 20);
  const width = load<i32>(args, 24);
  const channels = load<i32>(args, 28);
  const padTop = load<i32>(args, 44);
  const padLeft = load<i32>(args, 48);
  const pixel = channels * 4;
  const phase = firstOut / channels;
  const dx = load<usize>(args, 8) + (firstOut % channels) * 4;
  const panels = outs >> 3;
  for (let slot = 0; slot < count; slot++) {
    const tile = firstTile + slot;
    const line = tile / columns;
    // Of the first of the 4×4 places; each next one is two pixels on.
    const top = ((line % rows) * 4 + (padTop >> 1)) * 2 + (phase >> 1) - padTop;
    const left = ((tile % columns) * 4 + (padLeft >> 1)) * 2 + (phase & 1) - padLeft;
    storeStridedTile(
      products + (slot / 6) * panels * 4800 + (slot % 6) * 32,
      dx + (((line / rows) * height + top) * width + left) * pixel,
      2 * width * pixel,
      2 * pixel,
      top < 0 ? 1 : 0,
      min(4, (height - top + 1) >> 1),
      left < 0 ? 1 : 0,
      min(4, (width - left + 1) >> 1),
      outs >> 2,
      0,
      temporary,
    );
  }
}
