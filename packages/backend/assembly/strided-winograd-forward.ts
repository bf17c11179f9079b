import { multiplyStridedBlock } from './strided-winograd-multiply';
import { storeStridedTile } from './strided-winograd-output';
import { transformWindow } from './strided-winograd-windows';
import { pointBytes, tileColumns, tileCount, tileRows } from './winograd-tiles';

/**
 * A 4×4 convolution with stride 2, as the sum over the four phases of the input of 2×2 convolutions with stride 1, each
 * by F(4×4, 2×2): 100 products where the definition has 256. Items are [block of tiles][group of output channels].
 * What is done to a tile and in which order does not depend on the block it is in.
 * Arguments: x, filter (by stridedWinogradFilter), y, bias or 0, images, height, width, channels, outHeight, outWidth,
 * outChannels, padTop, padLeft, blockTiles (a multiple of 6), channelBlock (input channels at a time, of 4), outGroup
 * (of 8). Both channels are multiples of 4.
 * Scratch: 100 · blockTiles · (channelBlock + outGroup) + 4 · channels bytes and 8 kB.
 */
export function stridedWinogradForward(args: usize, begin: i32, end: i32, scratch: usize): void {
  const channels = load<i32>(args, 28);
  const outChannels = load<i32>(args, 40);
  const blockTiles = load<i32>(args, 52);
  const channelBlock = load<i32>(args, 56);
  const outGroup = load<i32>(args, 60);
  const tiles = tileCount(args);
  const groups = (outChannels + outGroup - 1) / outGroup;
  const point = pointBytes(blockTiles, channelBlock);
  const products = scratch + 25 * point;
  const temporary = products + 100 * blockTiles * outGroup;
  for (let item = begin; item < end; item++) {
    const firstTile = (item / groups) * blockTiles;
    const count = min(blockTiles, tiles - firstTile);
    const firstOut = (item % groups) * outGroup;
    const outs = min(outGroup, outChannels - firstOut);
    for (let phase = 0; phase < 4; phase++) {
      for (let channel = 0; channel < channels; channel += channelBlock) {
        const depth = min(channelBlock, channels - channel);
        transformPhase(args, firstTile, count, phase, channel, depth, scratch, point, 96, 6, depth * 24, temporary);
        multiplyStridedBlock(
          load<usize>(args, 4),
          4 * channels,
          outChannels,
          count,
          phase * channels + channel,
          depth,
          firstOut,
          outs,
          scratch,
          point,
          products,
        );
      }
    }
    storeBlock(args, firstTile, count, firstOut, outs, products, temporary);
  }
}

/**
 * Transforms the windows of `count` tiles in one phase of the input, `channels` channels of each from `firstChannel` on.
 * Point p of channels 4 q … of tile t goes to to + p · point + q · quad, moved by group · ⌊t / grouped⌋ +
 * 16 · (t mod grouped). `temporary`: room for 25 vectors and a pixel.
 */
export function transformPhase(
  args: usize,
  firstTile: i32,
  count: i32,
  phase: i32,
  firstChannel: i32,
  channels: i32,
  to: usize,
  point: usize,
  quad: usize,
  grouped: i32,
  group: usize,
  temporary: usize,
): void {
  const height = load<i32>(args, 20);
  const width = load<i32>(args, 24);
  const pixel = load<i32>(args, 28) * 4;
  const x = load<usize>(args) + firstChannel * 4;
  const rows = tileRows(args);
  const columns = tileColumns(args);
  const topPad = load<i32>(args, 44) - (phase >> 1);
  const leftPad = load<i32>(args, 48) - (phase & 1);
  const zeros = temporary + 400;
  memory.fill(zeros, 0, channels * 4);
  for (let slot = 0; slot < count; slot++) {
    const tile = firstTile + slot;
    const line = tile / columns;
    transformWindow(
      x + (line / rows) * height * width * pixel,
      height,
      width,
      pixel,
      2,
      (line % rows) * 8 - topPad,
      (tile % columns) * 8 - leftPad,
      channels >> 2,
      to + (slot / grouped) * group + (slot % grouped) * 16,
      point,
      quad,
      temporary,
      zeros,
    );
  }
}

function storeBlock(
  args: usize,
  firstTile: i32,
  count: i32,
  firstOut: i32,
  outs: i32,
  products: usize,
  temporary: usize,
): void {
  const y = load<usize>(args, 8) + firstOut * 4;
  const bias = load<usize>(args, 12);
  const outHeight = load<i32>(args, 32);
  const outWidth = load<i32>(args, 36);
  const pixel = load<i32>(args, 40) * 4;
  const rows = tileRows(args);
  const columns = tileColumns(args);
  const panels = (outs + 7) >> 3;
  for (let slot = 0; slot < count; slot++) {
    const tile = firstTile + slot;
    const line = tile / columns;
    const top = (line % rows) * 4;
    const left = (tile % columns) * 4;
    storeStridedTile(
      products + (slot / 6) * panels * 4800 + (slot % 6) * 32,
      y + (((line / rows) * outHeight + top) * outWidth + left) * pixel,
      outWidth * pixel,
      pixel,
      0,
      min(4, outHeight - top),
      0,
      min(4, outWidth - left),
      outs >> 2,
      bias == 0 ? 0 : bias + firstOut * 4,
      temporary,
    );
  }
}
