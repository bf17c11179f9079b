import { fivePointsToOutput } from './strided-winograd-transforms';

/**
 * Transforms `quads` times four channels of one tile back to its 4×4 outputs, adds the bias (unless 0), and stores those
 * of rows [firstRow, lastRow) and columns [firstColumn, lastColumn). Point p of quads 2 i and 2 i + 1 is at
 * from + 4800 · i + 192 · p, as multiplyTiles leaves it. `temporary`: room for 24 vectors.
 */
export function storeStridedTile(
  from: usize,
  to: usize,
  rowBytes: usize,
  pixelBytes: usize,
  firstRow: i32,
  lastRow: i32,
  firstColumn: i32,
  lastColumn: i32,
  quads: i32,
  bias: usize,
  temporary: usize,
): void {
  const line = temporary + 320;
  for (let quad = 0; quad < quads; quad++) {
    const points = from + (quad >> 1) * 4800 + (quad & 1) * 16;
    for (let column = 0; column < 5; column++) {
      const m = points + column * 192;
      fivePointsToOutput(
        v128.load(m),
        v128.load(m, 960),
        v128.load(m, 1920),
        v128.load(m, 2880),
        v128.load(m, 3840),
        temporary + column * 16,
        80,
      );
    }
    const added = bias == 0 ? f32x4.splat(0) : v128.load(bias + quad * 16);
    for (let row = firstRow; row < lastRow; row++) {
      const m = temporary + row * 80;
      fivePointsToOutput(
        v128.load(m),
        v128.load(m, 16),
        v128.load(m, 32),
        v128.load(m, 48),
        v128.load(m, 64),
        line,
        16,
      );
      const start = to + row * rowBytes + quad * 16;
      for (let column = firstColumn; column < lastColumn; column++) {
        v128.store(start + column * pixelBytes, f32x4.add(v128.load(line + column * 16), added));
      }
    }
  }
}
