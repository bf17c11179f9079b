import { multiplyAdd } from './vector';

// Mean and sum of squared deviations of each channel of [rows, channels], one pass over the memory. Blocks of rows are
// summed in float32 about their own first row, so that neither a large mean nor an outlier costs more digits than a
// block's length; blocks are joined in float64 (Chan et al. 1979).

const blockRows: i32 = 64;

/** Channels with the padding that lets every loop over them take whole vectors. */
// @ts-ignore: decorator
@inline
export function padded(channels: i32): i32 {
  return (channels + 3) & ~3;
}

/** Scratch of `columnMoments`, in bytes. */
// @ts-ignore: decorator
@inline
export function momentsScratch(channels: i32): usize {
  return 12 * <usize>padded(channels);
}

/** Means and squared deviations: float64, `padded(channels)` each. Without rows both are 0. */
export function columnMoments(
  x: usize,
  rows: i32,
  channels: i32,
  means: usize,
  squares: usize,
  scratch: usize,
): void {
  const width = <usize>padded(channels);
  memory.fill(means, 0, width * 8);
  memory.fill(squares, 0, width * 8);
  memory.fill(scratch, 0, width * 12);
  const rowBytes = <usize>channels << 2;
  for (let row = 0; row < rows; row += blockRows) {
    const count = min(blockRows, rows - row);
    blockMoments(x + <usize>row * rowBytes, rowBytes, count, channels, scratch, width << 2);
    joinBlock(scratch, width << 2, row, count, means, squares);
  }
}

/** Rows of `scratch`: first values, sums and sums of squares about them. */
function blockMoments(
  x: usize,
  rowBytes: usize,
  rows: i32,
  channels: i32,
  scratch: usize,
  width: usize,
): void {
  memory.copy(scratch, x, rowBytes);
  const end = x + <usize>rows * rowBytes;
  let channel = 0;
  for (; channel + 16 <= channels; channel += 16) {
    const offset = <usize>channel << 2;
    sumSixteen(x + offset, rowBytes, end, scratch + width + offset, width);
  }
  for (; channel + 4 <= channels; channel += 4) {
    const offset = <usize>channel << 2;
    sumFour(x + offset, rowBytes, end, scratch + width + offset, width);
  }
  for (; channel < channels; channel++) {
    const offset = <usize>channel << 2;
    sumOne(x + offset, rowBytes, end, scratch + width + offset, width);
  }
}

function sumSixteen(x: usize, rowBytes: usize, end: usize, sums: usize, width: usize): void {
  const f0 = v128.load(x);
  const f1 = v128.load(x, 16);
  const f2 = v128.load(x, 32);
  const f3 = v128.load(x, 48);
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let q0 = s0;
  let q1 = s0;
  let q2 = s0;
  let q3 = s0;
  for (; x < end; x += rowBytes) {
    const u0 = f32x4.sub(v128.load(x), f0);
    s0 = f32x4.add(s0, u0);
    q0 = multiplyAdd(u0, u0, q0);
    const u1 = f32x4.sub(v128.load(x, 16), f1);
    s1 = f32x4.add(s1, u1);
    q1 = multiplyAdd(u1, u1, q1);
    const u2 = f32x4.sub(v128.load(x, 32), f2);
    s2 = f32x4.add(s2, u2);
    q2 = multiplyAdd(u2, u2, q2);
    const u3 = f32x4.sub(v128.load(x, 48), f3);
    s3 = f32x4.add(s3, u3);
    q3 = multiplyAdd(u3, u3, q3);
  }
  v128.store(sums, s0);
  v128.store(sums, s1, 16);
  v128.store(sums, s2, 32);
  v128.store(sums, s3, 48);
  v128.store(sums + width, q0);
  v128.store(sums + width, q1, 16);
  v128.store(sums + width, q2, 32);
  v128.store(sums + width, q3, 48);
}

function sumFour(x: usize, rowBytes: usize, end: usize, sums: usize, width: usize): void {
  const first = v128.load(x);
  let s = f32x4.splat(0);
  let q = s;
  for (; x < end; x += rowBytes) {
    const u = f32x4.sub(v128.load(x), first);
    s = f32x4.add(s, u);
    q = multiplyAdd(u, u, q);
  }
  v128.store(sums, s);
  v128.store(sums + width, q);
}

function sumOne(x: usize, rowBytes: usize, end: usize, sums: usize, width: usize): void {
  const first = load<f32>(x);
  let s: f32 = 0;
  let q: f32 = 0;
  for (; x < end; x += rowBytes) {
    const u = load<f32>(x) - first;
    s += u;
    q += u * u;
  }
  store<f32>(sums, s);
  store<f32>(sums + width, q);
}

/** Adds a block of `count` rows to the moments of the `before` rows in front of it. */
function joinBlock(
  block: usize,
  width: usize,
  before: i32,
  count: i32,
  means: usize,
  squares: usize,
): void {
  const total = <f64>(before + count);
  const share = f64x2.splat(<f64>count / total);
  const spread = f64x2.splat((<f64>before * <f64>count) / total);
  const inverseCount = f64x2.splat(1 / <f64>count);
  for (let offset: usize = 0; offset < width; offset += 8) {
    const from = block + offset;
    const sum = f64x2.promote_low_f32x4(v128.load64_zero(from + width));
    const square = f64x2.promote_low_f32x4(v128.load64_zero(from + 2 * width));
    const shift = f64x2.mul(sum, inverseCount);
    const mean = f64x2.add(f64x2.promote_low_f32x4(v128.load64_zero(from)), shift);
    const deviation = f64x2.sub(square, f64x2.mul(sum, shift));
    const at = means + (offset << 1);
    const to = squares + (offset << 1);
    const step = f64x2.sub(mean, v128.load(at));
    const between = f64x2.mul(f64x2.mul(step, step), spread);
    v128.store(at, f64x2.add(v128.load(at), f64x2.mul(step, share)));
    v128.store(to, f64x2.add(v128.load(to), f64x2.add(deviation, between)));
  }
}
