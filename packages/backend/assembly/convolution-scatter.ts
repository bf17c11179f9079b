import { rowBlock } from './micro-kernel-block';
import { zeroFloats } from './pack';

const depthOfPass: i32 = 512;
const positionsAtOnce: i32 = 96;

/**
 * The input gradient of a convolution with few channels: each position of dy, times the filter, is a window that is added to
 * the image. Arguments: [dy, filter, output, bias], then the words of convolution-gather.ts with the meaning that they have for
 * the convolution itself (the output is [batch, height, width, channels], dy [batch, outHeight, outWidth, outChannels]), then
 * [rowsPerItem]. The filter is packed, [⌈windowHeight · windowWidth · channels / 8⌉][outChannels][8]; bias, [channels], is 0 for
 * none. Items are images, and blocks of `rowsPerItem` rows within them.
 */
export function scatterWindows(args: usize, begin: i32, end: i32, scratch: usize): void {
  const height = load<i32>(args, 20);
  const rowsPerItem = load<i32>(args, 68);
  const blocks = (height + rowsPerItem - 1) / rowsPerItem;
  zeroFloats(scratch + 192, 8);
  for (let item = begin; item < end; item++) {
    const first = (item % blocks) * rowsPerItem;
    scatterRows(args, item / blocks, first, min(height, first + rowsPerItem), scratch);
  }
}

/** Rows [firstRow, lastRow) of one image of the output. */
function scatterRows(args: usize, image: i32, firstRow: i32, lastRow: i32, scratch: usize): void {
  const height = load<i32>(args, 20);
  const width = load<i32>(args, 24);
  const channels = load<i32>(args, 28);
  const outHeight = load<i32>(args, 32);
  const outWidth = load<i32>(args, 36);
  const outChannels = load<i32>(args, 40);
  const windowHeight = load<i32>(args, 44);
  const strideHeight = load<i32>(args, 52);
  const padTop = load<i32>(args, 60);
  const output = load<usize>(args, 8) + ((image * height * width * channels) << 2);
  fillRows(args, output, firstRow, lastRow);

  const windowFloats = (windowHeight * load<i32>(args, 48) * channels + 7) & ~7;
  const products = scratch + 256;
  // The rows of dy whose windows reach into these rows.
  const firstSource = max(0, ceilDivide(firstRow + padTop - windowHeight + 1, strideHeight));
  const lastSource = min(outHeight, floorDivide(lastRow - 1 + padTop, strideHeight) + 1);
  const rowsAtOnce = max(1, positionsAtOnce / outWidth);
  for (let source = firstSource; source < lastSource; source += rowsAtOnce) {
    const rows = min(rowsAtOnce, lastSource - source);
    for (let x = 0; x < outWidth; x += positionsAtOnce) {
      const count = rows > 1 ? rows * outWidth : min(positionsAtOnce, outWidth - x);
      const dy = load<usize>(args) + ((((image * outHeight + source) * outWidth + x) * outChannels) << 2);
      multiplyRows(args, dy, count, windowFloats, products, scratch);
      for (let row = 0; row < rows; row++) {
        addWindows(
          args,
          products + ((row * outWidth * windowFloats) << 2),
          source + row,
          x,
          min(count, outWidth - x),
          windowFloats << 2,
          output,
          firstRow,
          lastRow,
        );
      }
    }
  }
}

function fillRows(args: usize, output: usize, firstRow: i32, lastRow: i32): void {
  const width = load<i32>(args, 24);
  const channels = load<i32>(args, 28);
  const bias = load<usize>(args, 12);
  const from = output + ((firstRow * width * channels) << 2);
  const pixels = (lastRow - firstRow) * width;
  if (bias == 0) {
    zeroFloats(from, pixels * channels);
    return;
  }
  let to = from;
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let channel = 0; channel < channels; channel++) {
      store<f32>(to, load<f32>(bias + (channel << 2)));
      to += 4;
    }
  }
}

/** products[count][windowFloats] = dy · filter, whole panels. */
function multiplyRows(args: usize, dy: usize, count: i32, windowFloats: i32, products: usize, scratch: usize): void {
  const depth = load<i32>(args, 40);
  const panelBytes = depth << 5;
  const cRow = windowFloats << 2;
  let init = scratch + 192;
  let initRow = 0;
  let initPanel = 0;
  for (let k = 0; k < depth; k += depthOfPass) {
    rowBlock(
      dy + (k << 2), depth << 2, count, min(depthOfPass, depth - k),
      load<usize>(args, 4) + (k << 5), 32, panelBytes, windowFloats,
      init, initRow, initPanel, products, cRow, scratch,
    );
    init = products;
    initRow = cRow;
    initPanel = 32;
  }
}

/**
 * Adds the windows of positions [x, x + count) of one row of dy. Windows that overlap are added in turns, so that a sum is not
 * read while it is still being written.
 */
function addWindows(
  args: usize,
  products: usize,
  source: i32,
  x: i32,
  count: i32,
  productBytes: i32,
  output: usize,
  firstRow: i32,
  lastRow: i32,
): void {
  const channels = load<i32>(args, 28);
  const rowBytes = (load<i32>(args, 24) * channels) << 2;
  const windowHeight = load<i32>(args, 44);
  const windowWidth = load<i32>(args, 48);
  const runBytes = (windowWidth * channels) << 2;
  const strideWidth = load<i32>(args, 56);
  const stepBytes = (strideWidth * channels) << 2;
  const padBytes = (load<i32>(args, 64) * channels) << 2;
  const top = source * load<i32>(args, 52) - load<i32>(args, 60);
  const turns = (windowWidth + strideWidth - 1) / strideWidth;
  for (let run = 0; run < windowHeight; run++) {
    const row = top + run;
    if (row < firstRow || row >= lastRow) continue;
    const target = output + row * rowBytes;
    for (let turn = 0; turn < turns; turn++) {
      for (let i = turn; i < count; i += turns) {
        const start = (x + i) * stepBytes - padBytes;
        const from = products + i * productBytes + run * runBytes;
        if (start >= 0 && start + runBytes <= rowBytes) {
          addFloats(from, target + start, runBytes);
        } else {
          const first = max(0, -start);
          const last = min(runBytes, rowBytes - start);
          if (first < last) addFloats(from + first, target + start + first, last - first);
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function addFloats(from: usize, to: usize, bytes: i32): void {
  let at = 0;
  for (; at + 16 <= bytes; at += 16) v128.store(to + at, f32x4.add(v128.load(to + at), v128.load(from + at)));
  for (; at < bytes; at += 4) store<f32>(to + at, load<f32>(to + at) + load<f32>(from + at));
}

function floorDivide(value: i32, divisor: i32): i32 {
  const quotient = value / divisor;
  return value % divisor < 0 ? quotient - 1 : quotient;
}

function ceilDivide(value: i32, divisor: i32): i32 {
  return -floorDivide(-value, divisor);
}
