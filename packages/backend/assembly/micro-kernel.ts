import { multiplyAdd } from './vector';

// The two loops that all matrix products run in. Both compute a tile of 6 × 8 float32
//
//   c[i][j] = init[i][j] + Σ over k, in order, of A[i][k] · B[k][j]        i < 6, j < 8
//
// and differ in how they read A. Distances are in bytes. B is read 8 floats at a time, `bStep` apart: 32 for a panel
// of a packed matrix ([columns / 8][k][8], the last panel filled up with zeros; see pack.ts), the length of a row for
// a matrix as it lies. `init` may be `c` itself (to accumulate), a row of zeros or the bias with `initRow` 0.
//
// Each element is one chain of multiply-adds in the order of k, whatever tile it falls in. Sums over k may be cut
// anywhere (the next call begins where the last one stored), edges are computed as whole tiles of which a part is
// thrown away, and so the bits of an element depend on its own row and column and on nothing else.
//
// Why the loops look as they do: 12 sums, 2 vectors of B and 1 of A are all the registers there are. A second loop
// in the same function, or inlining into a caller, makes the compiler spill them, which costs half of the speed.
// They are exported from the module because the optimiser inlines what has one caller and no other use.

/**
 * A is read along its rows, `aRow` apart, where k is contiguous. Only the first `rows` rows of A exist: what stands for
 * the others is computed from the last one, and all six rows of c are stored.
 */
export function rowTile(
  a: usize,
  aRow: i32,
  rows: i32,
  depth: i32,
  b: usize,
  bStep: i32,
  init: usize,
  initRow: i32,
  c: usize,
  cRow: i32,
): void {
  let a1 = rows > 1 ? a + aRow : a;
  let a2 = rows > 2 ? a1 + aRow : a1;
  let a3 = rows > 3 ? a2 + aRow : a2;
  let a4 = rows > 4 ? a3 + aRow : a3;
  let a5 = rows > 5 ? a4 + aRow : a4;
  let c00 = v128.load(init);
  let c01 = v128.load(init, 16);
  init += initRow;
  let c10 = v128.load(init);
  let c11 = v128.load(init, 16);
  init += initRow;
  let c20 = v128.load(init);
  let c21 = v128.load(init, 16);
  init += initRow;
  let c30 = v128.load(init);
  let c31 = v128.load(init, 16);
  init += initRow;
  let c40 = v128.load(init);
  let c41 = v128.load(init, 16);
  init += initRow;
  let c50 = v128.load(init);
  let c51 = v128.load(init, 16);
  for (let k = 0; k < depth; k++) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    b += bStep;
    let x = v128.load32_splat(a);
    a += 4;
    c00 = multiplyAdd(x, b0, c00);
    c01 = multiplyAdd(x, b1, c01);
    x = v128.load32_splat(a1);
    a1 += 4;
    c10 = multiplyAdd(x, b0, c10);
    c11 = multiplyAdd(x, b1, c11);
    x = v128.load32_splat(a2);
    a2 += 4;
    c20 = multiplyAdd(x, b0, c20);
    c21 = multiplyAdd(x, b1, c21);
    x = v128.load32_splat(a3);
    a3 += 4;
    c30 = multiplyAdd(x, b0, c30);
    c31 = multiplyAdd(x, b1, c31);
    x = v128.load32_splat(a4);
    a4 += 4;
    c40 = multiplyAdd(x, b0, c40);
    c41 = multiplyAdd(x, b1, c41);
    x = v128.load32_splat(a5);
    a5 += 4;
    c50 = multiplyAdd(x, b0, c50);
    c51 = multiplyAdd(x, b1, c51);
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  c += cRow;
  v128.store(c, c10);
  v128.store(c, c11, 16);
  c += cRow;
  v128.store(c, c20);
  v128.store(c, c21, 16);
  c += cRow;
  v128.store(c, c30);
  v128.store(c, c31, 16);
  c += cRow;
  v128.store(c, c40);
  v128.store(c, c41, 16);
  c += cRow;
  v128.store(c, c50);
  v128.store(c, c51, 16);
}

/** As `rowTile`, with A read along its columns: A[i][k] is at a + k · aStep + 4 · i, and all six rows exist. */
export function columnTile(
  a: usize,
  aStep: i32,
  depth: i32,
  b: usize,
  bStep: i32,
  init: usize,
  initRow: i32,
  c: usize,
  cRow: i32,
): void {
  let c00 = v128.load(init);
  let c01 = v128.load(init, 16);
  init += initRow;
  let c10 = v128.load(init);
  let c11 = v128.load(init, 16);
  init += initRow;
  let c20 = v128.load(init);
  let c21 = v128.load(init, 16);
  init += initRow;
  let c30 = v128.load(init);
  let c31 = v128.load(init, 16);
  init += initRow;
  let c40 = v128.load(init);
  let c41 = v128.load(init, 16);
  init += initRow;
  let c50 = v128.load(init);
  let c51 = v128.load(init, 16);
  for (let k = 0; k < depth; k++) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    b += bStep;
    let x = v128.load32_splat(a);
    c00 = multiplyAdd(x, b0, c00);
    c01 = multiplyAdd(x, b1, c01);
    x = v128.load32_splat(a, 4);
    c10 = multiplyAdd(x, b0, c10);
    c11 = multiplyAdd(x, b1, c11);
    x = v128.load32_splat(a, 8);
    c20 = multiplyAdd(x, b0, c20);
    c21 = multiplyAdd(x, b1, c21);
    x = v128.load32_splat(a, 12);
    c30 = multiplyAdd(x, b0, c30);
    c31 = multiplyAdd(x, b1, c31);
    x = v128.load32_splat(a, 16);
    c40 = multiplyAdd(x, b0, c40);
    c41 = multiplyAdd(x, b1, c41);
    x = v128.load32_splat(a, 20);
    c50 = multiplyAdd(x, b0, c50);
    c51 = multiplyAdd(x, b1, c51);
    a += aStep;
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  c += cRow;
  v128.store(c, c10);
  v128.store(c, c11, 16);
  c += cRow;
  v128.store(c, c20);
  v128.store(c, c21, 16);
  c += cRow;
  v128.store(c, c30);
  v128.store(c, c31, 16);
  c += cRow;
  v128.store(c, c40);
  v128.store(c, c41, 16);
  c += cRow;
  v128.store(c, c50);
  v128.store(c, c51, 16);
}
