import { pointsToOutput } from './winograd-transforms';

/**
 * Transforms `quads` times four channels of one tile back to its 4×4 outputs, adds the bias (unless 0), and stores
 * `rows` × `columns` of them. Point p of quads 2 i and 2 i + 1 is at from + 6912 · i + 192 · p, as multiplyTiles leaves
 * it. `temporary`: room for 28 vectors.
 */
export function transformOutput(
  from: usize,
  to: usize,
  rowBytes: usize,
  pixelBytes: usize,
  rows: i32,
  columns: i32,
  quads: i32,
  bias: usize,
  temporary: usize,
): void {
  const line = temporary + 384;
  const end = temporary + rows * 96;
  for (let quad = 0; quad < quads; quad++) {
    const points = from + (quad >> 1) * 6912 + (quad & 1) * 16;
    for (let column = 0; column < 6; column++) {
      const m = points + column * 192;
      pointsToOutput(
        v128.load(m),
        v128.load(m, 1152),
        v128.load(m, 2304),
        v128.load(m, 3456),
        v128.load(m, 4608),
        v128.load(m, 5760),
        temporary + column * 16,
        96,
      );
    }
    const added = bias == 0 ? f32x4.splat(0) : v128.load(bias + quad * 16);
    let start = to + quad * 16;
    for (let row = temporary; row < end; row += 96) {
      pointsToOutput(
        v128.load(row),
        v128.load(row, 16),
        v128.load(row, 32),
        v128.load(row, 48),
        v128.load(row, 64),
        v128.load(row, 80),
        line,
        16,
      );
      let pixel = start;
      for (let column = line; column < line + columns * 16; column += 16) {
        v128.store(pixel, f32x4.add(v128.load(column), added));
        pixel += pixelBytes;
      }
      start += rowBytes;
    }
  }
}
