import { gatherWindows } from './convolution-gather';
import { pitchOf } from './convolution-windows';
import { columnBlock } from './micro-kernel-block';
import { packRows, zeroFloats } from './pack';

/**
 * Parts of windows(input)ᵀ · dy. Arguments: [input, dy, output, …], the words of convolution-gather.ts, then [parts, rowsPerChunk,
 * runsPerBlock, floatsPerBlock]. The positions of the grid are cut into chunks of `rowsPerChunk`, and the chunks into `parts`
 * parts of consecutive ones; the output is [parts][windowHeight · windowWidth · channels][outChannels], one sum a part.
 * Blocks of rows of it are `runsPerBlock` whole runs, or `floatsPerBlock` floats of one run. Items are parts, and blocks
 * within them.
 */
export function sumWindowProducts(args: usize, begin: i32, end: i32, scratch: usize): void {
  const runs = load<i32>(args, 44);
  const run = load<i32>(args, 48) * load<i32>(args, 28);
  const runsPerBlock = load<i32>(args, 76);
  const floatsPerBlock = load<i32>(args, 80);
  const blocksPerRun = (run + floatsPerBlock - 1) / floatsPerBlock;
  const blocks = ((runs + runsPerBlock - 1) / runsPerBlock) * blocksPerRun;
  zeroFloats(scratch + 192, 8);
  for (let item = begin; item < end; item++) {
    const block = item % blocks;
    const firstRun = (block / blocksPerRun) * runsPerBlock;
    const firstFloat = (block % blocksPerRun) * floatsPerBlock;
    sumBlock(
      args,
      item / blocks,
      firstRun,
      min(runs, firstRun + runsPerBlock),
      firstFloat,
      min(run, firstFloat + floatsPerBlock),
      scratch,
    );
  }
}

function sumBlock(
  args: usize,
  part: i32,
  firstRun: i32,
  lastRun: i32,
  firstFloat: i32,
  lastFloat: i32,
  scratch: usize,
): void {
  const positions = load<i32>(args, 16) * load<i32>(args, 32) * load<i32>(args, 36);
  const outChannels = load<i32>(args, 40);
  const run = load<i32>(args, 48) * load<i32>(args, 28);
  const parts = load<i32>(args, 68);
  const rowsPerChunk = load<i32>(args, 72);
  const chunks = (positions + rowsPerChunk - 1) / rowsPerChunk;
  const firstChunk = <i32>((<i64>chunks * part) / parts);
  const lastChunk = <i32>((<i64>chunks * (part + 1)) / parts);
  const cRow = outChannels << 2;
  const depthOfPart = load<i32>(args, 44) * run;
  const c = load<usize>(args, 8) + (part * depthOfPart + firstRun * run + firstFloat) * cRow;
  const length = (lastRun - firstRun) * (lastFloat - firstFloat);
  const pitch = pitchOf(length);
  const packed = scratch + 256;
  const windows = packed + ((rowsPerChunk * ((outChannels + 7) & ~7)) << 2);
  let init = scratch + 192;
  let initRow = 0;
  let initPanel = 0;
  for (let chunk = firstChunk; chunk < lastChunk; chunk++) {
    const position = chunk * rowsPerChunk;
    const count = min(rowsPerChunk, positions - position);
    gatherWindows(args, position, count, firstRun, lastRun, firstFloat, lastFloat, windows, pitch);
    packRows(load<usize>(args, 4) + position * cRow, cRow, count, outChannels, packed, count << 5);
    columnBlock(
      windows, pitch, 24, length, count, packed, 32, count << 5, outChannels,
      init, initRow, initPanel, c, cRow, scratch,
    );
    init = c;
    initRow = cRow;
    initPanel = 32;
  }
}

/**
 * Adds parts up, in their order. Arguments: [parts, output, count, length]: `count` parts of `length` floats. Items are
 * blocks of 1024 floats.
 */
export function sumParts(args: usize, begin: i32, end: i32, _scratch: usize): void {
  const count = load<i32>(args, 8);
  const length = load<i32>(args, 12);
  const partBytes = length << 2;
  const last = min(end << 10, length);
  let at = begin << 10;
  let from = load<usize>(args) + (at << 2);
  let to = load<usize>(args, 4) + (at << 2);
  for (; at + 4 <= last; at += 4) {
    let sum = v128.load(from);
    for (let part = 1; part < count; part++) sum = f32x4.add(sum, v128.load(from + part * partBytes));
    v128.store(to, sum);
    from += 16;
    to += 16;
  }
  for (; at < last; at++) {
    let sum = load<f32>(from);
    for (let part = 1; part < count; part++) sum += load<f32>(from + part * partBytes);
    store<f32>(to, sum);
    from += 4;
    to += 4;
  }
}

/**
 * As `sumParts`, for parts [taps][outChannels][channels] of which the sum is wanted as [taps in reverse][channels]
 * [outChannels]. Arguments: [parts, output, count, taps, channels, outChannels]. Items are taps.
 */
export function sumTurnedParts(args: usize, begin: i32, end: i32, _scratch: usize): void {
  const count = load<i32>(args, 8);
  const taps = load<i32>(args, 12);
  const channels = load<i32>(args, 16);
  const outChannels = load<i32>(args, 20);
  const size = channels * outChannels;
  for (let tap = begin; tap < end; tap++) {
    let to = load<usize>(args, 4) + ((tap * size) << 2);
    const tapParts = load<usize>(args) + (((taps - 1 - tap) * size) << 2);
    for (let channel = 0; channel < channels; channel++) {
      for (let outChannel = 0; outChannel < outChannels; outChannel++) {
        const from = tapParts + ((outChannel * channels + channel) << 2);
        let sum = load<f32>(from);
        for (let part = 1; part < count; part++) sum += load<f32>(from + ((part * taps * size) << 2));
        store<f32>(to, sum);
        to += 4;
      }
    }
  }
}
