// The layouts that the micro-kernel reads. Distances are in bytes.

/**
 * Packs B[depth][columns], whose rows lie `bRow` apart, as panels [columns / 8][depth][8]; the last is filled up with
 * zeros. Panels lie `panelBytes` apart.
 */
export function packRows(
  b: usize,
  bRow: i32,
  depth: i32,
  columns: i32,
  to: usize,
  panelBytes: i32,
): void {
  let column = 0;
  // Two panels at a time: a line of the cache.
  for (; column + 16 <= columns; column += 16) {
    let from = b;
    let target = to;
    for (let k = 0; k < depth; k++) {
      const second = target + panelBytes;
      v128.store(target, v128.load(from));
      v128.store(target, v128.load(from, 16), 16);
      v128.store(second, v128.load(from, 32));
      v128.store(second, v128.load(from, 48), 16);
      from += bRow;
      target += 32;
    }
    b += 64;
    to += 2 * panelBytes;
  }
  for (; column < columns; column += 8) {
    const width = min(8, columns - column);
    let from = b;
    let target = to;
    for (let k = 0; k < depth; k++) {
      if (width == 8) {
        v128.store(target, v128.load(from));
        v128.store(target, v128.load(from, 16), 16);
      } else {
        storeFilled(from, width, target);
      }
      from += bRow;
      target += 32;
    }
    b += 32;
    to += panelBytes;
  }
}

/** As `packRows`, for B given as its transpose: element (k, column) is at b + column · bColumn + 4 · k. */
export function packColumns(
  b: usize,
  bColumn: i32,
  depth: i32,
  columns: i32,
  to: usize,
  panelBytes: i32,
): void {
  for (let column = 0; column < columns; column += 8) {
    const width = min(8, columns - column);
    if (width == 8) {
      let k = 0;
      for (; k + 4 <= depth; k += 4) {
        transpose4(b + (<usize>k << 2), bColumn, to + (<usize>k << 5), 32);
        transpose4(b + 4 * bColumn + (<usize>k << 2), bColumn, to + (<usize>k << 5) + 16, 32);
      }
      for (; k < depth; k++) storeGathered(b + (<usize>k << 2), bColumn, 8, to + (<usize>k << 5));
    } else {
      for (let k = 0; k < depth; k++) storeGathered(b + (<usize>k << 2), bColumn, width, to + (<usize>k << 5));
    }
    b += 8 * bColumn;
    to += panelBytes;
  }
}

/**
 * Packs the rows of A given as its transpose, element (row, k) at a + k · aStep + 4 · row, as strips [rows / 6][depth][6],
 * which `columnBlock` reads with aStep 24 and stripBytes depth · 24. What fills up the last strip is undefined.
 */
export function packStrips(a: usize, aStep: i32, rows: i32, depth: i32, to: usize): void {
  for (let row = 0; row < rows; row += 6) {
    let from = a;
    if (rows - row >= 6) {
      for (let k = 0; k < depth; k++) {
        v128.store(to, v128.load(from));
        store<u64>(to, load<u64>(from, 16), 16);
        from += aStep;
        to += 24;
      }
    } else {
      const bytes = (rows - row) << 2;
      for (let k = 0; k < depth; k++) {
        for (let at = 0; at < bytes; at += 4) store<f32>(to + at, load<f32>(from + at));
        from += aStep;
        to += 24;
      }
    }
    a += 24;
  }
}

/** Copies `rows` rows of `length` floats. */
export function copyRows(from: usize, fromRow: i32, rows: i32, length: i32, to: usize, toRow: i32): void {
  for (let row = 0; row < rows; row++) {
    copyFloats(from, to, length);
    from += fromRow;
    to += toRow;
  }
}

export function copyFloats(from: usize, to: usize, length: i32): void {
  for (; length >= 4; length -= 4) {
    v128.store(to, v128.load(from));
    from += 16;
    to += 16;
  }
  for (; length > 0; length--) {
    store<f32>(to, load<f32>(from));
    from += 4;
    to += 4;
  }
}

export function zeroFloats(to: usize, length: i32): void {
  const zero = f32x4.splat(0);
  for (; length >= 4; length -= 4) {
    v128.store(to, zero);
    to += 16;
  }
  for (; length > 0; length--) {
    store<f32>(to, 0);
    to += 4;
  }
}

/** Four rows of four floats, `fromRow` apart, as their transpose. */
// @ts-ignore: decorator
@inline
function transpose4(from: usize, fromRow: i32, to: usize, toRow: i32): void {
  const r0 = v128.load(from);
  const r1 = v128.load(from + fromRow);
  const r2 = v128.load(from + 2 * fromRow);
  const r3 = v128.load(from + 3 * fromRow);
  const low01 = i32x4.shuffle(r0, r1, 0, 4, 1, 5);
  const low23 = i32x4.shuffle(r2, r3, 0, 4, 1, 5);
  const high01 = i32x4.shuffle(r0, r1, 2, 6, 3, 7);
  const high23 = i32x4.shuffle(r2, r3, 2, 6, 3, 7);
  v128.store(to, i64x2.shuffle(low01, low23, 0, 2));
  v128.store(to + toRow, i64x2.shuffle(low01, low23, 1, 3));
  v128.store(to + 2 * toRow, i64x2.shuffle(high01, high23, 0, 2));
  v128.store(to + 3 * toRow, i64x2.shuffle(high01, high23, 1, 3));
}

function storeFilled(from: usize, width: i32, to: usize): void {
  for (let i = 0; i < 8; i++) {
    store<f32>(to, i < width ? load<f32>(from) : 0);
    from += 4;
    to += 4;
  }
}

function storeGathered(from: usize, step: i32, width: i32, to: usize): void {
  for (let i = 0; i < 8; i++) {
    store<f32>(to, i < width ? load<f32>(from) : 0);
    from += step;
    to += 4;
  }
}
