import { pointsToFilter } from './winograd-transforms';

/**
 * partial[part] = Gᵀ sums G, for the rows and panels of one item of winogradFilterGradient; sums are
 * [36][panels][rows][8], points `point` bytes apart. `temporary`: room for 18 vectors.
 */
export function finishFilterGradient(
  args: usize,
  part: i32,
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
  const partial = load<usize>(args, 8) + (part * 9 * channels + firstChannel) * rowBytes + firstOut * 4;
  for (let i = 0; i < panels * rows; i++) {
    for (let half = 0; half < 32; half += 16) {
      for (let column = 0; column < 6; column++) {
        const m = sums + i * 32 + half + column * point;
        pointsToFilter(
          v128.load(m),
          v128.load(m + 6 * point),
          v128.load(m + 12 * point),
          v128.load(m + 18 * point),
          v128.load(m + 24 * point),
          v128.load(m + 30 * point),
          temporary + column * 16,
          96,
        );
      }
      let to = partial + (i % rows) * rowBytes + (i / rows) * 32 + half;
      for (let line = temporary; line < temporary + 288; line += 96) {
        pointsToFilter(
          v128.load(line),
          v128.load(line, 16),
          v128.load(line, 32),
          v128.load(line, 48),
          v128.load(line, 64),
          v128.load(line, 80),
          to,
          tap,
        );
        to += 3 * tap;
      }
    }
  }
}
