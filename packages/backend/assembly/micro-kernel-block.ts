import { columnTile, rowTile } from './micro-kernel';

// Blocks of a product, tile by tile: c[rows][columns] = init + A[rows][depth] · B[depth][columns] for any number of rows
// and columns. Distances are in bytes, as in micro-kernel.ts. Panel p of B, columns [8p, 8p + 8), begins at
// b + p · panelBytes: depth · 32 for a packed matrix (of full depth; more when `depth` is a part of it), 32 for a matrix
// as it lies. `init` moves on by `initPanel` from panel to panel: 32 for a bias or `c` itself, 0 for a row of zeros.
// `edge` is room for one tile, 192 bytes.

/** A along its rows. Keep `rows` · `depth` within the second-level cache (say 256 KiB) and `depth` at 512 or less. */
export function rowBlock(
  a: usize,
  aRow: i32,
  rows: i32,
  depth: i32,
  b: usize,
  bStep: i32,
  panelBytes: i32,
  columns: i32,
  init: usize,
  initRow: i32,
  initPanel: i32,
  c: usize,
  cRow: i32,
  edge: usize,
): void {
  for (let column = 0; column < columns; column += 8) {
    const width = min(8, columns - column);
    let tileA = a;
    let tileInit = init;
    let tileC = c;
    for (let row = 0; row < rows; row += 6) {
      const height = min(6, rows - row);
      if (width == 8 && height == 6) {
        rowTile(tileA, aRow, 6, depth, b, bStep, tileInit, initRow, tileC, cRow);
      } else {
        copyPart(tileInit, initRow, edge, 32, height, width);
        rowTile(tileA, aRow, height, depth, b, bStep, edge, 32, edge, 32);
        copyPart(edge, 32, tileC, cRow, height, width);
      }
      tileA += 6 * aRow;
      tileInit += 6 * initRow;
      tileC += 6 * cRow;
    }
    b += panelBytes;
    init += initPanel;
    c += 32;
  }
}

/**
 * A along its columns: A[i][k] is at a + (i ÷ 6) · stripBytes + k · aStep + 4 · (i mod 6). For A as packed by strips of six
 * rows, `aStep` is 24 and `stripBytes` depth · 24; for the rows of its transpose, `aStep` is their length and `stripBytes` 24.
 * Up to five rows past the last are read and thrown away.
 */
export function columnBlock(
  a: usize,
  aStep: i32,
  stripBytes: i32,
  rows: i32,
  depth: i32,
  b: usize,
  bStep: i32,
  panelBytes: i32,
  columns: i32,
  init: usize,
  initRow: i32,
  initPanel: i32,
  c: usize,
  cRow: i32,
  edge: usize,
): void {
  for (let row = 0; row < rows; row += 6) {
    const height = min(6, rows - row);
    let tileB = b;
    let tileInit = init;
    let tileC = c;
    for (let column = 0; column < columns; column += 8) {
      const width = min(8, columns - column);
      if (width == 8 && height == 6) {
        columnTile(a, aStep, depth, tileB, bStep, tileInit, initRow, tileC, cRow);
      } else {
        copyPart(tileInit, initRow, edge, 32, height, width);
        columnTile(a, aStep, depth, tileB, bStep, edge, 32, edge, 32);
        copyPart(edge, 32, tileC, cRow, height, width);
      }
      tileB += panelBytes;
      tileInit += initPanel;
      tileC += 32;
    }
    a += stripBytes;
    init += 6 * initRow;
    c += 6 * cRow;
  }
}

function copyPart(from: usize, fromRow: i32, to: usize, toRow: i32, rows: i32, columns: i32): void {
  for (let row = 0; row < rows; row++) {
    if (columns == 8) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
    } else {
      for (let column = 0; column < columns; column++) {
        store<f32>(to + (<usize>column << 2), load<f32>(from + (<usize>column << 2)));
      }
    }
    from += fromRow;
    to += toRow;
  }
}
