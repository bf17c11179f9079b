import { inputToPoints } from './winograd-transforms';

/**
 * Transforms four channels at a time of one 6×6 window of the input. Row r begins at `row0` + … and its pixels are
 * `pixel` bytes apart; columns outside [firstColumn, lastColumn) count as zero. Point p of the quad q of channels
 * goes to to + p · point + q · quad. `columns`: room for 36 vectors.
 */
export function transformInput(
  row0: usize,
  row1: usize,
  row2: usize,
  row3: usize,
  row4: usize,
  row5: usize,
  pixel: usize,
  firstColumn: i32,
  lastColumn: i32,
  quads: i32,
  to: usize,
  point: usize,
  quad: usize,
  columns: usize,
): void {
  const zero = f32x4.splat(0);
  for (let column = 0; column < 6; column++) {
    if (column >= firstColumn && column < lastColumn) continue;
    for (let row = 0; row < 6; row++) v128.store(columns + row * 96 + column * 16, zero);
  }
  for (; quads > 0; quads--) {
    for (let column = firstColumn; column < lastColumn; column++) {
      const offset = column * pixel;
      inputToPoints(
        v128.load(row0 + offset),
        v128.load(row1 + offset),
        v128.load(row2 + offset),
        v128.load(row3 + offset),
        v128.load(row4 + offset),
        v128.load(row5 + offset),
        columns + column * 16,
        96,
      );
    }
    let target = to;
    for (let from = columns; from < columns + 576; from += 96) {
      inputToPoints(
        v128.load(from),
        v128.load(from, 16),
        v128.load(from, 32),
        v128.load(from, 48),
        v128.load(from, 64),
        v128.load(from, 80),
        target,
        point,
      );
      target += 6 * point;
    }
    row0 += 16;
    row1 += 16;
    row2 += 16;
    row3 += 16;
    row4 += 16;
    row5 += 16;
    to += quad;
  }
}
