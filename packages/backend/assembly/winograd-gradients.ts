import { gradientToPoints } from './winograd-transforms';
import { tileColumns, tileRows } from './winograd-tiles';

/**
 * A dy Aᵀ of `count` tiles, `outs` channels of each from `firstOut` on. Point p of tile t goes to
 * to[p][eight channels][t][8], points `point` bytes apart. `temporary`: room for 37 vectors.
 */
export function transformGradients(
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
  for (let slot = 0; slot < count; slot++) {
    const tile = firstTile + slot;
    const line = tile / columns;
    const top = (line % rows) * 4;
    const left = (tile % columns) * 4;
    transformGradient(
      dy + (((line / rows) * outHeight + top) * outWidth + left) * pixel,
      outWidth * pixel,
      pixel,
      min(4, outHeight - top),
      min(4, outWidth - left),
      outs >> 2,
      to + slot * 32,
      point,
      panel,
      temporary,
    );
  }
}

/** One tile, of which `rows` × `columns` lie inside the image and the rest count as zero. */
export function transformGradient(
  from: usize,
  rowBytes: usize,
  pixelBytes: usize,
  rows: i32,
  columns: i32,
  quads: i32,
  to: usize,
  point: usize,
  panel: usize,
  temporary: usize,
): void {
  const zero = f32x4.splat(0);
  const zeros = temporary + 576;
  v128.store(zeros, zero);
  for (let column = columns; column < 4; column++) {
    for (let row = 0; row < 6; row++) v128.store(temporary + row * 96 + column * 16, zero);
  }
  for (let quad = 0; quad < quads; quad++) {
    let y = from + quad * 16;
    for (let column = temporary; column < temporary + columns * 16; column += 16) {
      gradientToPoints(
        v128.load(y),
        v128.load(rows > 1 ? y + rowBytes : zeros),
        v128.load(rows > 2 ? y + 2 * rowBytes : zeros),
        v128.load(rows > 3 ? y + 3 * rowBytes : zeros),
        column,
        96,
      );
      y += pixelBytes;
    }
    let target = to + (quad >> 1) * panel + (quad & 1) * 16;
    for (let line = temporary; line < temporary + 576; line += 96) {
      gradientToPoints(v128.load(line), v128.load(line, 16), v128.load(line, 32), v128.load(line, 48), target, point);
      target += 6 * point;
    }
  }
}
