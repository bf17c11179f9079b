// Moves of 4-byte values, no arithmetic: concat, split, slice, pad, tile, transpose, depthToSpace.

/**
 * Rows of `inner` values that lie together. Arguments: [from, to, inner, then four axes, first axis first, as length,
 * fromStride, toStride in values]. An item is an index of the first three axes.
 */
export function copyStrided(args: usize, begin: i32, end: i32, _scratch: usize): void {
  const inner = load<i32>(args, 8);
  const second = load<i32>(args, 24);
  const third = load<i32>(args, 36);
  const runs = load<i32>(args, 48);
  const fromStride = <usize>load<i32>(args, 52) << 2;
  const toStride = <usize>load<i32>(args, 56) << 2;
  for (let item = begin; item < end; item++) {
    const upper = item / third;
    const i2 = item - upper * third;
    const i0 = upper / second;
    const i1 = upper - i0 * second;
    const fromAt = i0 * load<i32>(args, 16) + i1 * load<i32>(args, 28) + i2 * load<i32>(args, 40);
    const toAt = i0 * load<i32>(args, 20) + i1 * load<i32>(args, 32) + i2 * load<i32>(args, 44);
    const from = load<usize>(args) + (<usize>fromAt << 2);
    const to = load<usize>(args, 4) + (<usize>toAt << 2);
    if (inner > 1) copyRuns(from, to, runs, fromStride, toStride, inner);
    else if (fromStride == 0 && toStride == 4) fillRun(to, load<u32>(from), runs);
    else copySingles(from, to, runs, fromStride, toStride);
  }
}

function copyRuns(from: usize, to: usize, runs: i32, fromStride: usize, toStride: usize, inner: i32): void {
  const bytes = <usize>inner << 2;
  for (let run = 0; run < runs; run++) {
    if (bytes >= 512) {
      memory.copy(to, from, bytes);
    } else {
      let at: usize = 0;
      for (; at + 16 <= bytes; at += 16) v128.store(to + at, v128.load(from + at));
      for (; at < bytes; at += 4) store<u32>(to + at, load<u32>(from + at));
    }
    from += fromStride;
    to += toStride;
  }
}

function copySingles(from: usize, to: usize, runs: i32, fromStride: usize, toStride: usize): void {
  for (let run = 0; run < runs; run++) {
    store<u32>(to, load<u32>(from));
    from += fromStride;
    to += toStride;
  }
}

function fillRun(to: usize, value: u32, count: i32): void {
  const values = i32x4.splat(value);
  let left = count;
  for (; left >= 4; left -= 4) {
    v128.store(to, values);
    to += 16;
  }
  for (; left > 0; left--) {
    store<u32>(to, value);
    to += 4;
  }
}

/** y ← value. Arguments: [y, count], value. An item is a block of 1024 values. */
export function fillValues(args: usize, begin: i32, end: i32, _scratch: usize): void {
  const first = begin * 1024;
  const count = min(end * 1024, load<i32>(args, 4)) - first;
  fillRun(load<usize>(args) + (<usize>first << 2), load<u32>(args, 8), count);
}

/**
 * y[…, column, row] ← x[…, row, column]. Arguments: [x, y, rows, columns, rowStride of x, columnStride of y, blocks, then
 * two batch axes as length, stride of x, stride of y]. An item is one of the `blocks` of 32 rows of one batch index.
 */
export function transposeRows(args: usize, begin: i32, end: i32, _scratch: usize): void {
  const rows = load<i32>(args, 8);
  const columns = load<i32>(args, 12);
  const xStride = <usize>load<i32>(args, 16) << 2;
  const yStride = <usize>load<i32>(args, 20) << 2;
  const blocks = load<i32>(args, 24);
  const second = load<i32>(args, 40);
  for (let item = begin; item < end; item++) {
    const batch = item / blocks;
    const row = (item - batch * blocks) * 32;
    const i0 = batch / second;
    const i1 = batch - i0 * second;
    const xAt = i0 * load<i32>(args, 32) + i1 * load<i32>(args, 44);
    const yAt = i0 * load<i32>(args, 36) + i1 * load<i32>(args, 48);
    transposeBlock(
      load<usize>(args) + (<usize>xAt << 2) + <usize>row * xStride,
      load<usize>(args, 4) + ((<usize>yAt + <usize>row) << 2),
      min(32, rows - row),
      columns,
      xStride,
      yStride,
    );
  }
}

function transposeBlock(x: usize, y: usize, rows: i32, columns: i32, xStride: usize, yStride: usize): void {
  let column = 0;
  for (; column + 4 <= columns; column += 4) {
    let from = x + (<usize>column << 2);
    let to = y + <usize>column * yStride;
    let left = rows;
    for (; left >= 4; left -= 4) {
      transposeFour(from, to, xStride, yStride);
      from += xStride << 2;
      to += 16;
    }
    for (; left > 0; left--) {
      store<u32>(to, load<u32>(from));
      store<u32>(to + yStride, load<u32>(from, 4));
      store<u32>(to + 2 * yStride, load<u32>(from, 8));
      store<u32>(to + 3 * yStride, load<u32>(from, 12));
      from += xStride;
      to += 4;
    }
  }
  for (; column < columns; column++) {
    copySingles(x + (<usize>column << 2), y + <usize>column * yStride, rows, xStride, 4);
  }
}

// @ts-ignore: decorator
@inline
function transposeFour(from: usize, to: usize, xStride: usize, yStride: usize): void {
  const row0 = v128.load(from);
  const row1 = v128.load(from + xStride);
  const row2 = v128.load(from + 2 * xStride);
  const row3 = v128.load(from + 3 * xStride);
  const low01 = v128.shuffle<i32>(row0, row1, 0, 4, 1, 5);
  const high01 = v128.shuffle<i32>(row0, row1, 2, 6, 3, 7);
  const low23 = v128.shuffle<i32>(row2, row3, 0, 4, 1, 5);
  const high23 = v128.shuffle<i32>(row2, row3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(low01, low23, 0, 2));
  v128.store(to + yStride, v128.shuffle<i64>(low01, low23, 1, 3));
  v128.store(to + 2 * yStride, v128.shuffle<i64>(high01, high23, 0, 2));
  v128.store(to + 3 * yStride, v128.shuffle<i64>(high01, high23, 1, 3));
}
