import { columnBlock, rowBlock } from './micro-kernel-block';
import { columnTile, rowTile } from './micro-kernel';
import { copyRows, packColumns, packRows, packStrips, zeroFloats } from './pack';

/** Depth of one pass: a panel of B of this depth, 16 KiB, stays in the first-level cache. */
const depthOfPass: i32 = 512;
/** Rows this far apart, or a multiple of it, fall on few sets of the cache, and are copied closer together. */
const awkwardDistance: i32 = 1024;

/**
 * Packs matrices for `matMul`. Arguments: [b, to, depth, columns, step, isTransposed, matrixBytes, packedBytes].
 * B[depth][columns] has rows `step` bytes apart, its transpose when `isTransposed`. Items are pairs of panels, of all matrices.
 */
export function packPanels(args: usize, begin: i32, end: i32, _scratch: usize): void {
  const b = load<usize>(args);
  const to = load<usize>(args, 4);
  const depth = load<i32>(args, 8);
  const columns = load<i32>(args, 12);
  const step = load<i32>(args, 16);
  const isTransposed = load<i32>(args, 20);
  const matrixBytes = load<i32>(args, 24);
  const packedBytes = load<i32>(args, 28);
  const pairs = (columns + 15) >> 4;
  const panelBytes = depth << 5;
  for (let item = begin; item < end; item++) {
    const matrix = item / pairs;
    const column = (item % pairs) << 4;
    const width = min(16, columns - column);
    const source = b + matrix * matrixBytes;
    const target = to + matrix * packedBytes + (column >> 3) * panelBytes;
    if (isTransposed) packColumns(source + column * step, step, depth, width, target, panelBytes);
    else packRows(source + (column << 2), step, depth, width, target, panelBytes);
  }
}

/**
 * c[rows][columns] = A·B, or that plus a bias. Arguments: [a, b, c, bias, rows, columns, depth, aStep, isTransposed,
 * bStep, panelBytes, aMatrixBytes, bMatrixBytes, rowsPerItem, columnsPerItem]. A[rows][depth] has rows `aStep` bytes apart,
 * its transpose when `isTransposed`; B is packed (bStep 32) or as it lies (panelBytes 32); c has no gaps; bias, of
 * `columns` floats, is 0 for none. Items are blocks of c: matrices, then rows, then columns.
 */
export function matMul(args: usize, begin: i32, end: i32, scratch: usize): void {
  const rows = load<i32>(args, 16);
  const columns = load<i32>(args, 20);
  const rowsPerItem = load<i32>(args, 52);
  const columnsPerItem = load<i32>(args, 56);
  const rowBlocks = (rows + rowsPerItem - 1) / rowsPerItem;
  const columnBlocks = (columns + columnsPerItem - 1) / columnsPerItem;
  for (let item = begin; item < end; item++) {
    const matrix = item / (rowBlocks * columnBlocks);
    const block = item % (rowBlocks * columnBlocks);
    multiplyBlock(
      args,
      matrix,
      (block / columnBlocks) * rowsPerItem,
      (block % columnBlocks) * columnsPerItem,
      scratch,
    );
  }
}

function multiplyBlock(args: usize, matrix: i32, row: i32, column: i32, scratch: usize): void {
  const depth = load<i32>(args, 24);
  const aStep = load<i32>(args, 28);
  const isTransposed = load<i32>(args, 32);
  const bStep = load<i32>(args, 36);
  const panelBytes = load<i32>(args, 40);
  const rows = min(load<i32>(args, 52), load<i32>(args, 16) - row);
  const columns = min(load<i32>(args, 56), load<i32>(args, 20) - column);
  const cRow = load<i32>(args, 20) << 2;
  const a = load<usize>(args) + matrix * load<i32>(args, 44) + (isTransposed ? row << 2 : row * aStep);
  const b = load<usize>(args, 4) + matrix * load<i32>(args, 48) + (column >> 3) * panelBytes;
  const c = load<usize>(args, 8) + (matrix * load<i32>(args, 16) + row) * cRow + (column << 2);

  const edge = scratch;
  const zeros = scratch + 192;
  const packed = scratch + 256;
  zeroFloats(zeros, 8);
  const bias = load<usize>(args, 12);
  let init = bias ? bias + (column << 2) : zeros;
  let initRow = 0;
  let initPanel = bias ? 32 : 0;
  for (let k = 0; k == 0 || k < depth; k += depthOfPass) {
    const pass = min(depthOfPass, depth - k);
    const panel = b + k * bStep;
    if (isTransposed) {
      packStrips(a + k * aStep, aStep, rows, pass, packed);
      columnBlock(
        packed, 24, pass * 24, rows, pass, panel, bStep, panelBytes, columns,
        init, initRow, initPanel, c, cRow, edge,
      );
    } else if (aStep % awkwardDistance == 0 && columns > 16) {
      const packedRow = (pass << 2) + 64;
      copyRows(a + (k << 2), aStep, rows, pass, packed, packedRow);
      rowBlock(
        packed, packedRow, rows, pass, panel, bStep, panelBytes, columns,
        init, initRow, initPanel, c, cRow, edge,
      );
    } else {
      rowBlock(
        a + (k << 2), aStep, rows, pass, panel, bStep, panelBytes, columns,
        init, initRow, initPanel, c, cRow, edge,
      );
    }
    init = c;
    initRow = cRow;
    initPanel = 32;
  }
}

/** The micro-kernel alone, on data in the first-level cache: 24 576 floating-point operations an item. No arguments. */
export function microKernelProbe(_args: usize, begin: i32, end: i32, scratch: usize): void {
  const depth = 256;
  const aRow = 4 * depth + 64;
  const b = scratch + 6 * aRow;
  const c = b + 32 * depth;
  zeroFloats(scratch, (c + 192 - scratch) >> 2);
  for (let item = begin; item < end; item += 2) {
    rowTile(scratch, aRow, 6, depth, b, 32, c, 32, c, 32);
    columnTile(scratch, 24, depth, b, 32, c, 32, c, 32);
  }
}
