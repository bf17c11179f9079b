import { transformPhase } from './strided-winograd-forward';
import { fivePointsToFilter, gradientToFivePoints } from './strided-winograd-transforms';
import { addProducts } from './winograd-filter-gradient';
import { pointBytes, tileColumns, tileCount, tileRows } from './winograd-tiles';

/**
 * The filter's gradient, as the exact transpose of stridedWinogradForward. Items are [part][phase][group of input
 * channels][group of output channels]; each writes its share of partial[part][16][channels][outChannels, rounded up
 * to 8], to be added up by winogradSumParts.
 * Arguments: x, dy, partial, parts, images, height, width, channels, outHeight, outWidth, outChannels, padTop, padLeft,
 * blockTiles (a multiple of 2), channelGroup (of 4), outGroup (of 8). Both channels are multiples of 4.
 * Scratch: 100 · (channelGroup · outGroup + blockTiles · (channelGroup + outGroup)) + 4 · channels bytes and 16 kB.
 */
export function stridedWinogradFilterGradient(args: usize, begin: i32, end: i32, scratch: usize): void {
  const parts = load<i32>(args, 12);
  const channels = load<i32>(args, 28);
  const outChannels = load<i32>(args, 40);
  const blockTiles = load<i32>(args, 52);
  const channelGroup = load<i32>(args, 56);
  const outGroup = load<i32>(args, 60);
  const tiles = tileCount(args);
  const channelGroups = (channels + channelGroup - 1) / channelGroup;
  const outGroups = (outChannels + outGroup - 1) / outGroup;
  const partTiles = (tiles + parts - 1) / parts;
  for (let item = begin; item < end; item++) {
    const firstOut = (item % outGroups) * outGroup;
    const outs = min(outGroup, outChannels - firstOut);
    const panels = (outs + 7) >> 3;
    const group = item / outGroups;
    const firstChannel = (group % channelGroups) * channelGroup;
    const rows = min(channelGroup, channels - firstChannel);
    const phase = (group / channelGroups) & 3;
    const part = group / channelGroups / 4;
    const sumPoint = pointBytes(rows, panels * 8);
    const windows = scratch + 25 * sumPoint;
    const windowPoint = pointBytes(blockTiles, rows);
    const gradients = windows + 25 * windowPoint;
    const gradientPoint = pointBytes(blockTiles, panels * 8);
    const temporary = gradients + 25 * gradientPoint;
    // What no tile writes: all sums of a part without tiles, half of the last panel, the last of an odd count of tiles.
    memory.fill(scratch, 0, 25 * sumPoint);
    memory.fill(windows, 0, 25 * windowPoint);
    memory.fill(gradients, 0, 25 * gradientPoint);
    const last = min(tiles, (part + 1) * partTiles);
    for (let tile = part * partTiles; tile < last; tile += blockTiles) {
      const count = min(blockTiles, last - tile);
      transformPhase(args, tile, count, phase, firstChannel, rows, windows, windowPoint, 16, 1, rows * 4, temporary);
      transformGradientTiles(args, tile, count, firstOut, outs, gradients, gradientPoint, temporary);
      if ((count & 1) != 0) {
        for (let p = 0; p < 25; p++) {
          memory.fill(windows + p * windowPoint + count * rows * 4, 0, rows * 4);
          for (let panel = 0; panel < panels; panel++) {
            memory.fill(gradients + p * gradientPoint + (panel * blockTiles + count) * 32, 0, 32);
          }
        }
      }
      addProducts(25, scratch, sumPoint, windows, windowPoint, gradients, gradientPoint, blockTiles, count, rows, panels);
    }
    storeTaps(args, part, phase, firstChannel, rows, firstOut, panels, scratch, sumPoint, temporary);
  }
}

/** A dy Aᵀ of `count` tiles: point p of tile t goes to to[p][eight channels][t][8]. */
function transformGradientTiles(
  args: usize,
  firstTile: i32,
  count: i32,
  firstOut: i32,
  outs: i32,
  to: usize,
  point: usize,
  temporary: usize,
): void {
  const dy = load<usize>(args, 4) + firstOut * 4;
  const outHeight = load<i32>(args, 32);
  const outWidth = load<i32>(args, 36);
  const pixel = load<i32>(args, 40) * 4;
  const panel = load<i32>(args, 52) * 32;
  const rows = tileRows(args);
  const columns = tileColumns(args);
  const rowBytes = outWidth * pixel;
  const zero = temporary + 320;
  v128.store(zero, f32x4.splat(0));
  for (let slot = 0; slot < count; slot++) {
    const tile = firstTile + slot;
    const line = tile / columns;
    const top = (line % rows) * 4;
    const left = (tile % columns) * 4;
    const origin = dy + (((line / rows) * outHeight + top) * outWidth + left) * pixel;
    for (let quad = 0; quad < outs >> 2; quad++) {
      for (let column = 0; column < 4; column++) {
        const isInside = left + column < outWidth;
        const y = origin + column * pixel + quad * 16;
        gradientToFivePoints(
          v128.load(isInside ? y : zero),
          v128.load(isInside && top + 1 < outHeight ? y + rowBytes : zero),
          v128.load(isInside && top + 2 < outHeight ? y + 2 * rowBytes : zero),
          v128.load(isInside && top + 3 < outHeight ? y + 3 * rowBytes : zero),
          temporary + column * 16,
          64,
        );
      }
      let target = to + slot * 32 + (quad >> 1) * panel + (quad & 1) * 16;
      for (let row = temporary; row < temporary + 320; row += 64) {
        gradientToFivePoints(v128.load(row), v128.load(row, 16), v128.load(row, 32), v128.load(row, 48), target, point);
        target += 5 * point;
      }
    }
  }
}

/** partial[part] = Gᵀ sums G, for the four taps of one phase. */
function storeTaps(
  args: usize,
  part: i32,
  phase: i32,
  firstChannel: i32,
  rows: i32,
  firstOut: i32,
  panels: i32,
  sums: usize,
  point: usize,
  temporary: usize,
): void {
  const channels = load<i32>(args, 28);
  const rowBytes = ((load<i32>(args, 40) + 7) & ~7) * 4;
  const tap = channels * rowBytes;
  const firstTap = (phase >> 1) * 4 + (phase & 1);
  const partial = load<usize>(args, 8) + ((part * 16 + firstTap) * channels + firstChannel) * rowBytes + firstOut * 4;
  for (let i = 0; i < panels * rows; i++) {
    for (let half = 0; half < 32; half += 16) {
      for (let column = 0; column < 5; column++) {
        const m = sums + i * 32 + half + column * point;
        fivePointsToFilter(
          v128.load(m),
          v128.load(m + 5 * point),
          v128.load(m + 10 * point),
          v128.load(m + 15 * point),
          v128.load(m + 20 * point),
          temporary + column * 16,
          80,
        );
      }
      let to = partial + (i % rows) * rowBytes + (i / rows) * 32 + half;
      for (let line = temporary; line < temporary + 160; line += 80) {
        fivePointsToFilter(
          v128.load(line),
          v128.load(line, 16),
          v128.load(line, 32),
          v128.load(line, 48),
          v128.load(line, 64),
          to,
          2 * tap,
        );
        to += 8 * tap;
      }
    }
  }
}
