import { padded } from './normalize-moments';
import { multiplyAdd } from './vector';

const blockRows: i32 = 64;

/** Rows that `columnProducts` sums in float32 before it adds them up in float64. */
// @ts-ignore: decorator
@inline
export function productRows(): i32 {
  return blockRows;
}

/**
 * Adds Σ dz and Σ dz·(x − mean) of at most `productRows()` rows of [rows, channels] to `sums`: float64, two rows of
 * `padded(channels)`. `mean` is a row of float32; scratch takes two such rows.
 */
export function columnProducts(
  x: usize,
  dz: usize,
  mean: usize,
  rows: i32,
  channels: i32,
  sums: usize,
  scratch: usize,
): void {
  const rowBytes = <usize>channels << 2;
  const width = <usize>padded(channels) << 2;
  const end = x + <usize>rows * rowBytes;
  let offset: usize = 0;
  for (; offset + 64 <= rowBytes; offset += 64) {
    sumSixteen(x + offset, dz + offset, mean + offset, rowBytes, end, scratch + offset, width);
  }
  for (; offset + 16 <= rowBytes; offset += 16) {
    sumFour(x + offset, dz + offset, mean + offset, rowBytes, end, scratch + offset, width);
  }
  for (; offset < rowBytes; offset += 4) {
    sumOne(x + offset, dz + offset, mean + offset, rowBytes, end, scratch + offset, width);
  }
  for (let at: usize = 0; at < 2 * width; at += 8) {
    const to = sums + (at << 1);
    v128.store(to, f64x2.add(v128.load(to), f64x2.promote_low_f32x4(v128.load64_zero(scratch + at))));
  }
}

function sumSixteen(
  x: usize,
  dz: usize,
  mean: usize,
  rowBytes: usize,
  end: usize,
  sums: usize,
  width: usize,
): void {
  const m0 = v128.load(mean);
  const m1 = v128.load(mean, 16);
  const m2 = v128.load(mean, 32);
  const m3 = v128.load(mean, 48);
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let p0 = s0;
  let p1 = s0;
  let p2 = s0;
  let p3 = s0;
  for (; x < end; x += rowBytes, dz += rowBytes) {
    const d0 = v128.load(dz);
    s0 = f32x4.add(s0, d0);
    p0 = multiplyAdd(d0, f32x4.sub(v128.load(x), m0), p0);
    const d1 = v128.load(dz, 16);
    s1 = f32x4.add(s1, d1);
    p1 = multiplyAdd(d1, f32x4.sub(v128.load(x, 16), m1), p1);
    const d2 = v128.load(dz, 32);
    s2 = f32x4.add(s2, d2);
    p2 = multiplyAdd(d2, f32x4.sub(v128.load(x, 32), m2), p2);
    const d3 = v128.load(dz, 48);
    s3 = f32x4.add(s3, d3);
    p3 = multiplyAdd(d3, f32x4.sub(v128.load(x, 48), m3), p3);
  }
  v128.store(sums, s0);
  v128.store(sums, s1, 16);
  v128.store(sums, s2, 32);
  v128.store(sums, s3, 48);
  v128.store(sums + width, p0);
  v128.store(sums + width, p1, 16);
  v128.store(sums + width, p2, 32);
  v128.store(sums + width, p3, 48);
}

function sumFour(
  x: usize,
  dz: usize,
  mean: usize,
  rowBytes: usize,
  end: usize,
  sums: usize,
  width: usize,
): void {
  const m = v128.load(mean);
  let s = f32x4.splat(0);
  let p = s;
  for (; x < end; x += rowBytes, dz += rowBytes) {
    const d = v128.load(dz);
    s = f32x4.add(s, d);
    p = multiplyAdd(d, f32x4.sub(v128.load(x), m), p);
  }
  v128.store(sums, s);
  v128.store(sums + width, p);
}

function sumOne(
  x: usize,
  dz: usize,
  mean: usize,
  rowBytes: usize,
  end: usize,
  sums: usize,
  width: usize,
): void {
  const m = load<f32>(mean);
  let s: f32 = 0;
  let p: f32 = 0;
  for (; x < end; x += rowBytes, dz += rowBytes) {
    const d = load<f32>(dz);
    s += d;
    p += d * (load<f32>(x) - m);
  }
  store<f32>(sums, s);
  store<f32>(sums + width, p);
}
