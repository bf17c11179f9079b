import { packColumns } from './pack';

/**
 * Packs a filter [height, width, channels, outChannels] for the input gradient. Arguments: [filter, to, height, width,
 * channels, outChannels, strideHeight, strideWidth]. Taps whose row and column leave the same remainders by the stride belong
 * to one phase, which is a convolution of its own with the taps in reverse order: a matrix [phase's taps · outChannels]
 * [channels], packed. Phases lie behind one another, by remainder of the row, then of the column. Items are taps.
 */
export function packPhases(args: usize, begin: i32, end: i32, _scratch: usize): void {
  const height = load<i32>(args, 8);
  const width = load<i32>(args, 12);
  const channels = load<i32>(args, 16);
  const outChannels = load<i32>(args, 20);
  const strideHeight = load<i32>(args, 24);
  const strideWidth = load<i32>(args, 28);
  const tapBytes = outChannels << 5;
  const panels = (channels + 7) >> 3;
  for (let tap = begin; tap < end; tap++) {
    const row = tap / width;
    const column = tap % width;
    const rowPhase = row % strideHeight;
    const columnPhase = column % strideWidth;
    const rows = tapsOf(height, strideHeight, rowPhase);
    const columns = tapsOf(width, strideWidth, columnPhase);
    let before = 0;
    for (let phase = 0; phase < rowPhase; phase++) before += tapsOf(height, strideHeight, phase) * width;
    for (let phase = 0; phase < columnPhase; phase++) before += rows * tapsOf(width, strideWidth, phase);
    const place = (rows - 1 - row / strideHeight) * columns + (columns - 1 - column / strideWidth);
    packColumns(
      load<usize>(args) + ((tap * channels * outChannels) << 2),
      outChannels << 2,
      outChannels,
      channels,
      load<usize>(args, 4) + before * panels * tapBytes + place * tapBytes,
      rows * columns * tapBytes,
    );
  }
}

/** How many of `size` taps leave the remainder `phase`. */
function tapsOf(size: i32, stride: i32, phase: i32): i32 {
  return phase < size ? (size - phase + stride - 1) / stride : 0;
}

/**
 * Packs a filter [height, width, channels, outChannels] turned by 180° for `scatterWindows`: the matrix [channels][height ·
 * width · outChannels], its last panel filled up with zeros. Arguments: [filter, to, taps, channels, outChannels]. Items are
 * channels.
 */
export function packTurned(args: usize, begin: i32, end: i32, _scratch: usize): void {
  const taps = load<i32>(args, 8);
  const channels = load<i32>(args, 12);
  const outChannels = load<i32>(args, 16);
  const columns = taps * outChannels;
  const columnsFilledUp = (columns + 7) & ~7;
  for (let channel = begin; channel < end; channel++) {
    for (let column = 0; column < columnsFilledUp; column++) {
      const to = load<usize>(args, 4) + ((((column >> 3) * channels + channel) * 8 + (column & 7)) << 2);
      if (column >= columns) {
        store<f32>(to, 0);
        continue;
      }
      const tap = taps - 1 - column / outChannels;
      const from = (tap * channels + channel) * outChannels + (column % outChannels);
      store<f32>(to, load<f32>(load<usize>(args) + (from << 2)));
    }
  }
}
