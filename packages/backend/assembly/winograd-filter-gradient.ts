import { finishFilterGradient } from './winograd-finish';
import { transformGradients } from './winograd-gradients';
import { addOuterFour } from './winograd-outer-four';
import { addOuterSix } from './winograd-outer-six';
import { pointBytes, tileCount } from './winograd-tiles';
import { transformWindows } from './winograd-windows';

/**
 * The filter's gradient, as the exact transpose of winogradForward: Gᵀ [Σ over tiles (Bᵀ x B) ⊙ (A dy Aᵀ)] G. All tiles
 * are divided into `parts`, input channels into groups of `channelGroup` and output channels into groups of `outGroup`.
 * Items are [part][channel group][out group]; each writes its share of partial[part][9][channels][outChannels, rounded
 * up to 8], to be added up by winogradSumParts.
 * Arguments: x, dy, partial, parts, images, height, width, channels, outHeight, outWidth, outChannels, padTop, padLeft,
 * blockTiles (a multiple of 2), channelGroup (of 4), outGroup (of 8). Both channels are multiples of 4.
 * Scratch: 144 · (channelGroup · outGroup + blockTiles · (channelGroup + outGroup)) + 24 · channels bytes and 8 kB.
 */
export function winogradFilterGradient(args: usize, begin: i32, end: i32, scratch: usize): void {
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
    const firstChannel = ((item / outGroups) % channelGroups) * channelGroup;
    const rows = min(channelGroup, channels - firstChannel);
    const part = item / outGroups / channelGroups;
    const sumPoint = pointBytes(rows, panels * 8);
    const windows = scratch + 36 * sumPoint;
    const windowPoint = pointBytes(blockTiles, rows);
    const gradients = windows + 36 * windowPoint;
    const gradientPoint = pointBytes(blockTiles, panels * 8);
    const temporary = gradients + 36 * gradientPoint;
    // What no tile writes: all sums of a part without tiles, and half of the last panel.
    memory.fill(scratch, 0, 36 * sumPoint);
    if ((outs & 7) != 0) memory.fill(gradients, 0, 36 * gradientPoint);
    const last = min(tiles, (part + 1) * partTiles);
    for (let tile = part * partTiles; tile < last; tile += blockTiles) {
      const count = min(blockTiles, last - tile);
      transformWindows(args, tile, count, firstChannel, rows, windows, windowPoint, 16, 1, rows * 4, temporary);
      transformGradients(args, tile, count, firstOut, outs, gradients, gradientPoint, temporary);
      if ((count & 1) != 0) clearWindow(windows + count * rows * 4, windowPoint, rows * 4);
      if ((count & 1) != 0) clearGradient(gradients + count * 32, gradientPoint, panels, blockTiles * 32);
      addProducts(36, scratch, sumPoint, windows, windowPoint, gradients, gradientPoint, blockTiles, count, rows, panels);
    }
    finishFilterGradient(args, part, firstChannel, rows, firstOut, panels, scratch, sumPoint, temporary);
  }
}

function clearWindow(at: usize, point: usize, bytes: i32): void {
  for (let p = 0; p < 36; p++) memory.fill(at + p * point, 0, bytes);
}

function clearGradient(at: usize, point: usize, panels: i32, panelBytes: i32): void {
  for (let p = 0; p < 36; p++) {
    for (let panel = 0; panel < panels; panel++) memory.fill(at + p * point + panel * panelBytes, 0, 32);
  }
}

/** sums[points][eight outputs][rows][8] += windowsᵀ · gradients over `count` tiles, for each point. */
export function addProducts(
  points: i32,
  sums: usize,
  sumPoint: usize,
  windows: usize,
  windowPoint: usize,
  gradients: usize,
  gradientPoint: usize,
  blockTiles: i32,
  count: i32,
  rows: i32,
  panels: i32,
): void {
  const even = (count + 1) & ~1;
  const step = rows * 4;
  for (let p = 0; p < points; p++) {
    let to = sums + p * sumPoint;
    for (let panel = 0; panel < panels; panel++) {
      const b = gradients + p * gradientPoint + panel * blockTiles * 32;
      let a = windows + p * windowPoint;
      const last = a + step;
      // Sixes, until a multiple of four is left that is too short for one more or would leave two over.
      while (last - a >= 24 && last - a != 32) {
        addOuterSix(a, step, b, to, even);
        a += 24;
        to += 192;
      }
      while (a < last) {
        addOuterFour(a, step, b, to, even);
        a += 16;
        to += 128;
      }
    }
  }
}
