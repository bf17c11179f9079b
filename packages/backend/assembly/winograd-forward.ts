import { multiplyTiles } from './winograd-multiply';
import { transformOutput } from './winograd-output';
import { filterPointBytes, pointBytes, tileColumns, tileCount, tileRows } from './winograd-tiles';
import { transformWindows } from './winograd-windows';

/**
 * A 3×3 convolution with stride 1 by F(4×4, 3×3). Items are [block of tiles][group of output channels]. What is done to
 * a tile and in which order does not depend on the block it is in.
 * Arguments: x, filter (by winogradFilter), y, bias or 0, images, height, width, channels, outHeight, outWidth,
 * outChannels, padTop, padLeft, blockTiles (a multiple of 6), channelBlock (input channels at a time, of 4), outGroup
 * (of 8). Both channels are multiples of 4.
 * Scratch: 144 · blockTiles · (channelBlock + outGroup) + 24 · channels bytes and 8 kB.
 */
export function winogradForward(args: usize, begin: i32, end: i32, scratch: usize): void {
  const channels = load<i32>(args, 28);
  const outChannels = load<i32>(args, 40);
  const blockTiles = load<i32>(args, 52);
  const channelBlock = load<i32>(args, 56);
  const outGroup = load<i32>(args, 60);
  const tiles = tileCount(args);
  const groups = (outChannels + outGroup - 1) / outGroup;
  const point = pointBytes(blockTiles, channelBlock);
  const products = scratch + 36 * point;
  const temporary = products + 144 * blockTiles * outGroup;
  for (let item = begin; item < end; item++) {
    const firstTile = (item / groups) * blockTiles;
    const count = min(blockTiles, tiles - firstTile);
    const firstOut = (item % groups) * outGroup;
    const outs = min(outGroup, outChannels - firstOut);
    for (let channel = 0; channel < channels; channel += channelBlock) {
      const depth = min(channelBlock, channels - channel);
      transformWindows(args, firstTile, count, channel, depth, scratch, point, 96, 6, depth * 24, temporary);
      multiplyBlock(args, count, channel, depth, firstOut, outs, scratch, point, products);
    }
    writeBlock(args, firstTile, count, firstOut, outs, products, temporary);
  }
}

/** products[six tiles][eight outputs][36][6][8] (+)= windows · filter, for each point. */
export function multiplyBlock(
  args: usize,
  count: i32,
  channel: i32,
  depth: i32,
  firstOut: i32,
  outs: i32,
  windows: usize,
  point: usize,
  products: usize,
): void {
  const channels = load<i32>(args, 28);
  const filterPoint = filterPointBytes(channels, load<i32>(args, 40));
  const panels = (outs + 7) >> 3;
  const quads = depth >> 2;
  for (let p = 0; p < 36; p++) {
    let b = load<usize>(args, 4) + p * filterPoint + ((firstOut >> 3) * channels + channel) * 32;
    for (let panel = 0; panel < panels; panel++) {
      let a = windows + p * point;
      let to = products + panel * 6912 + p * 192;
      for (let tile = 0; tile < count; tile += 6) {
        multiplyTiles(a, b, to, quads, channel == 0);
        a += depth * 24;
        to += panels * 6912;
      }
      b += channels * 32;
    }
  }
}

export function writeBlock(
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
    transformOutput(
      products + (slot / 6) * panels * 6912 + (slot % 6) * 32,
      y + (((line / rows) * outHeight + top) * outWidth + left) * pixel,
      outWidth * pixel,
      pixel,
      min(4, outHeight - top),
      min(4, outWidth - left),
      outs >> 2,
      bias == 0 ? 0 : bias + firstOut * 4,
      temporary,
    );
  }
}
