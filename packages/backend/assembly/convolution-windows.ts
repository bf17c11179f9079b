import { gatherSlack, gatherWindows } from './convolution-gather';
import { rowBlock } from './micro-kernel-block';
import { copyFloats, zeroFloats } from './pack';

/** Depth of one pass, and the most bytes of windows gathered at once. */
const depthOfPass: i32 = 512;
const gatheredBytes: i32 = 256 << 10;
const edgeBytes: usize = 192;

/**
 * output = windows(input) · filter + bias. Arguments: [input, filter, output, bias], the words of convolution-gather.ts,
 * then [imagePitch, rowPitch, pixelPitch, positionsPerItem, columnsPerItem]. The filter is packed, [outChannels / 8]
 * [windowHeight · windowWidth · channels][8]; bias is 0 for none; the pitches, in bytes, say where the positions of the grid
 * are in the output. Items are blocks of positions, and within them blocks of out-channels.
 */
export function convolveWindows(args: usize, begin: i32, end: i32, scratch: usize): void {
  const positions = load<i32>(args, 16) * load<i32>(args, 32) * load<i32>(args, 36);
  const positionsPerItem = load<i32>(args, 80);
  const columnsPerItem = load<i32>(args, 84);
  const columnBlocks = (load<i32>(args, 40) + columnsPerItem - 1) / columnsPerItem;
  for (let item = begin; item < end; item++) {
    const position = (item / columnBlocks) * positionsPerItem;
    const column = (item % columnBlocks) * columnsPerItem;
    convolveBlock(args, position, min(positionsPerItem, positions - position), column, scratch);
  }
}

function convolveBlock(args: usize, position: i32, count: i32, column: i32, scratch: usize): void {
  const outChannels = load<i32>(args, 40);
  const columns = min(load<i32>(args, 84), outChannels - column);
  const pixelPitch = load<i32>(args, 76);
  const isDense =
    pixelPitch == outChannels << 2 &&
    load<i32>(args, 72) == load<i32>(args, 36) * pixelPitch &&
    load<i32>(args, 68) == load<i32>(args, 32) * load<i32>(args, 72);
  const zeros = scratch + edgeBytes;
  const tile = scratch + 256;
  zeroFloats(zeros, 8);
  if (isDense) {
    const c = load<usize>(args, 8) + position * pixelPitch + (column << 2);
    multiplyWindows(args, position, count, column, columns, c, pixelPitch, tile, scratch);
  } else {
    const cRow = columns << 2;
    const windows = tile + count * cRow;
    multiplyWindows(args, position, count, column, columns, tile, cRow, windows, scratch);
    placeRows(args, position, count, tile, columns, load<usize>(args, 8) + (column << 2));
  }
}

function multiplyWindows(
  args: usize,
  position: i32,
  count: i32,
  column: i32,
  columns: i32,
  c: usize,
  cRow: i32,
  windows: usize,
  scratch: usize,
): void {
  const runs = load<i32>(args, 44);
  const run = load<i32>(args, 48) * load<i32>(args, 28);
  const panelBytes = (runs * run) << 5;
  const runsPerPass = max(1, min(runs, gatheredBytes / max(1, (count * run) << 2)));
  const pitch = pitchOf(runsPerPass * run);
  const bias = load<usize>(args, 12);
  let init = bias ? bias + (column << 2) : scratch + edgeBytes;
  let initRow = 0;
  let initPanel = bias ? 32 : 0;
  let filter = load<usize>(args, 4) + (column >> 3) * panelBytes;
  for (let first = 0; first == 0 || first < runs; first += runsPerPass) {
    const last = min(runs, first + runsPerPass);
    gatherWindows(args, position, count, first, last, 0, run, windows, pitch);
    const depth = (last - first) * run;
    for (let k = 0; k == 0 || k < depth; k += depthOfPass) {
      const pass = min(depthOfPass, depth - k);
      const a = windows + (k << 2);
      rowBlock(
        a, pitch, count, pass, filter, 32, panelBytes, columns,
        init, initRow, initPanel, c, cRow, scratch,
      );
      filter += pass << 5;
      init = c;
      initRow = cRow;
      initPanel = 32;
    }
  }
}

/** The distance of gathered rows of `length` floats: multiples of 1 KiB would fall on few sets of the cache. */
export function pitchOf(length: i32): i32 {
  const pitch = (length << 2) + gatherSlack;
  return (pitch & 1023) < 64 ? (pitch & ~63) + 128 : pitch;
}

/** Copies rows of a tile to their places in the output. */
function placeRows(args: usize, position: i32, count: i32, tile: usize, columns: i32, output: usize): void {
  const outHeight = load<i32>(args, 32);
  const outWidth = load<i32>(args, 36);
  const imagePitch = load<i32>(args, 68);
  const rowPitch = load<i32>(args, 72);
  const pixelPitch = load<i32>(args, 76);
  let x = position % outWidth;
  let y = (position / outWidth) % outHeight;
  let image = position / (outWidth * outHeight);
  for (; count > 0; count--) {
    copyFloats(tile, output + image * imagePitch + y * rowPitch + x * pixelPitch, columns);
    tile += columns << 2;
    if (++x == outWidth) {
      x = 0;
      if (++y == outHeight) {
        y = 0;
        image++;
      }
    }
  }
}
