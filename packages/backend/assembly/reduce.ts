// Sums over the middle axis of [outer, length, inner], in float64 but for four neighbouring rows, which are added in
// pairs first. A long axis is cut into parts whose sums `sumParts` adds: the cuts depend on the shape alone.

/**
 * inner = 1: rows that lie together. Arguments: [x, y, partials, length, parts, partLength], scale. An item is one part
 * of one row; with one part the result goes to y, else the float64 to partials.
 */
export function sumRows(args: usize, begin: i32, end: i32, _scratch: usize): void {
  const x = load<usize>(args);
  const length = load<i32>(args, 12);
  const parts = load<i32>(args, 16);
  const partLength = load<i32>(args, 20);
  for (let item = begin; item < end; item++) {
    const row = item / parts;
    const first = (item - row * parts) * partLength;
    const count = min(partLength, length - first);
    const sum = rowSum(x + ((<usize>row * <usize>length + <usize>first) << 2), count);
    if (parts == 1) store<f32>(load<usize>(args, 4) + (<usize>item << 2), <f32>(sum * <f64>load<f32>(args, 24)));
    else store<f64>(load<usize>(args, 8) + (<usize>item << 3), sum);
  }
}

function rowSum(x: usize, count: i32): f64 {
  let first = f64x2.splat(0);
  let second = f64x2.splat(0);
  let left = count;
  for (; left >= 16; left -= 16) {
    const low = f32x4.add(v128.load(x), v128.load(x, 16));
    const high = f32x4.add(v128.load(x, 32), v128.load(x, 48));
    const values = f32x4.add(low, high);
    first = f64x2.add(first, f64x2.promote_low_f32x4(values));
    second = f64x2.add(second, f64x2.promote_low_f32x4(v128.shuffle<u64>(values, values, 1, 1)));
    x += 64;
  }
  const total = f64x2.add(first, second);
  let sum = f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1);
  for (; left > 0; left--) {
    sum += <f64>load<f32>(x);
    x += 4;
  }
  return sum;
}

/**
 * Columns. Arguments: [x, y, partials, length, inner, parts, partLength, chunks, chunkLength], scale. An item is one chunk
 * of columns in one part of one outer index, chunks innermost.
 */
export function sumColumns(args: usize, begin: i32, end: i32, _scratch: usize): void {
  const length = load<i32>(args, 12);
  const inner = load<i32>(args, 16);
  const parts = load<i32>(args, 20);
  const partLength = load<i32>(args, 24);
  const chunks = load<i32>(args, 28);
  const chunkLength = load<i32>(args, 32);
  for (let item = begin; item < end; item++) {
    const strip = item / chunks;
    const column = (item - strip * chunks) * chunkLength;
    const outer = strip / parts;
    const row = (strip - outer * parts) * partLength;
    const x = load<usize>(args) + ((<usize>(outer * length + row) * <usize>inner + <usize>column) << 2);
    const to = <usize>strip * <usize>inner + <usize>column;
    const rows = min(partLength, length - row);
    const columns = min(chunkLength, inner - column);
    if (parts == 1) columnSums(x, load<usize>(args, 4) + (to << 2), rows, columns, inner, load<f32>(args, 36), 1);
    else columnSums(x, load<usize>(args, 8) + (to << 3), rows, columns, inner, 1, 0);
  }
}

function columnSums(x: usize, y: usize, rows: i32, columns: i32, inner: i32, scale: f32, isLast: i32): void {
  const stride = <usize>inner << 2;
  let left = columns;
  for (; left >= 8; left -= 8) {
    eightColumns(x, y, rows, stride, scale, isLast);
    x += 32;
    y += isLast ? 32 : 64;
  }
  for (; left > 0; left--) {
    oneColumn(x, y, rows, stride, scale, isLast);
    x += 4;
    y += isLast ? 4 : 8;
  }
}

function eightColumns(x: usize, y: usize, rows: i32, stride: usize, scale: f32, isLast: i32): void {
  let sum0 = f64x2.splat(0);
  let sum1 = f64x2.splat(0);
  let sum2 = f64x2.splat(0);
  let sum3 = f64x2.splat(0);
  let left = rows;
  for (; left >= 4; left -= 4) {
    const x1 = x + stride;
    const x2 = x1 + stride;
    const x3 = x2 + stride;
    const low = f32x4.add(f32x4.add(v128.load(x), v128.load(x1)), f32x4.add(v128.load(x2), v128.load(x3)));
    const high = f32x4.add(
      f32x4.add(v128.load(x, 16), v128.load(x1, 16)),
      f32x4.add(v128.load(x2, 16), v128.load(x3, 16)),
    );
    sum0 = f64x2.add(sum0, f64x2.promote_low_f32x4(low));
    sum1 = f64x2.add(sum1, f64x2.promote_low_f32x4(v128.shuffle<u64>(low, low, 1, 1)));
    sum2 = f64x2.add(sum2, f64x2.promote_low_f32x4(high));
    sum3 = f64x2.add(sum3, f64x2.promote_low_f32x4(v128.shuffle<u64>(high, high, 1, 1)));
    x = x3 + stride;
  }
  for (; left > 0; left--) {
    const low = v128.load(x);
    const high = v128.load(x, 16);
    sum0 = f64x2.add(sum0, f64x2.promote_low_f32x4(low));
    sum1 = f64x2.add(sum1, f64x2.promote_low_f32x4(v128.shuffle<u64>(low, low, 1, 1)));
    sum2 = f64x2.add(sum2, f64x2.promote_low_f32x4(high));
    sum3 = f64x2.add(sum3, f64x2.promote_low_f32x4(v128.shuffle<u64>(high, high, 1, 1)));
    x += stride;
  }
  if (isLast == 0) {
    v128.store(y, sum0);
    v128.store(y, sum1, 16);
    v128.store(y, sum2, 32);
    v128.store(y, sum3, 48);
    return;
  }
  v128.store(y, scaledFloats(sum0, sum1, scale));
  v128.store(y, scaledFloats(sum2, sum3, scale), 16);
}

// @ts-ignore: decorator
@inline
function scaledFloats(first: v128, second: v128, scale: f32): v128 {
  const factor = f64x2.splat(<f64>scale);
  const low = f32x4.demote_f64x2_zero(f64x2.mul(first, factor));
  const high = f32x4.demote_f64x2_zero(f64x2.mul(second, factor));
  return v128.shuffle<u64>(low, high, 0, 2);
}

function oneColumn(x: usize, y: usize, rows: i32, stride: usize, scale: f32, isLast: i32): void {
  let sum: f64 = 0;
  for (let left = rows; left > 0; left--) {
    sum += <f64>load<f32>(x);
    x += stride;
  }
  if (isLast) store<f32>(y, <f32>(sum * <f64>scale));
  else store<f64>(y, sum);
}

/**
 * y ← scale·Σ partials [outer, parts, inner] over the parts, in order. Arguments: [partials, y, count, inner, parts], scale.
 * An item is a block of 256 results.
 */
export function sumParts64(args: usize, begin: i32, end: i32, _scratch: usize): void {
  const partials = load<usize>(args);
  const y = load<usize>(args, 4);
  const inner = load<i32>(args, 12);
  const parts = load<i32>(args, 16);
  const scale = <f64>load<f32>(args, 20);
  const last = min(end * 256, load<i32>(args, 8));
  for (let i = begin * 256; i < last; i++) {
    const outer = i / inner;
    let from = partials + ((<usize>outer * <usize>(parts * inner) + <usize>(i - outer * inner)) << 3);
    let sum: f64 = 0;
    for (let part = 0; part < parts; part++) {
      sum += load<f64>(from);
      from += <usize>inner << 3;
    }
    store<f32>(y + (<usize>i << 2), <f32>(sum * scale));
  }
}
