import { laneMax, laneSum } from './lanes';
import { decayingExp, exp, log } from './math';
import { multiplyAdd } from './vector';

// Softmax and its logarithm along rows of `size` values, and their gradients. Items are rows. Sums are joined in
// float64 after every `blockBytes`.

const blockBytes: usize = 16384;

/** [x, y, size]: eˣ⁻ᵐ / Σ eˣ⁻ᵐ with the largest value m. */
export function softmax(args: usize, begin: i32, end: i32, _scratch: usize): void {
  const bytes = <usize>load<i32>(args, 8) << 2;
  for (let row = begin; row < end; row++) {
    const x = load<usize>(args) + <usize>row * bytes;
    const y = load<usize>(args, 4) + <usize>row * bytes;
    const largest = rowMax(x, bytes);
    const sum = expRow(x, y, bytes, largest);
    scaleRow(y, bytes, <f32>(1 / sum));
  }
}

/** [x, y, size]: x − m − ln Σ eˣ⁻ᵐ. */
export function logSoftmax(args: usize, begin: i32, end: i32, _scratch: usize): void {
  const bytes = <usize>load<i32>(args, 8) << 2;
  for (let row = begin; row < end; row++) {
    const x = load<usize>(args) + <usize>row * bytes;
    const y = load<usize>(args, 4) + <usize>row * bytes;
    const largest = rowMax(x, bytes);
    const sum = expRow(x, y, bytes, largest);
    shiftRow(x, y, bytes, largest, f32x4.extract_lane(log(f32x4.splat(<f32>sum)), 0));
  }
}

/** [y, dy, dx, size]: y·(dy − Σ dy·y). */
export function softmaxGradient(args: usize, begin: i32, end: i32, _scratch: usize): void {
  const bytes = <usize>load<i32>(args, 12) << 2;
  for (let row = begin; row < end; row++) {
    const offset = <usize>row * bytes;
    const y = load<usize>(args) + offset;
    const dy = load<usize>(args, 4) + offset;
    softmaxGradientRow(y, dy, load<usize>(args, 8) + offset, bytes, <f32>rowProduct(y, dy, bytes));
  }
}

/** [y, dy, dx, size] with y the logarithm: dy − eʸ·Σ dy. */
export function logSoftmaxGradient(args: usize, begin: i32, end: i32, _scratch: usize): void {
  const bytes = <usize>load<i32>(args, 12) << 2;
  for (let row = begin; row < end; row++) {
    const offset = <usize>row * bytes;
    const dy = load<usize>(args, 4) + offset;
    const sum = <f32>rowSum(dy, bytes);
    logSoftmaxGradientRow(load<usize>(args) + offset, dy, load<usize>(args, 8) + offset, bytes, sum);
  }
}

/** The largest of what is not NaN: a NaN comes back in the sum of powers. */
export function rowMax(x: usize, bytes: usize): f32 {
  const end = x + bytes;
  let m0 = f32x4.splat(-Infinity);
  let m1 = m0;
  let m2 = m0;
  let m3 = m0;
  for (; x + 64 <= end; x += 64) {
    m0 = f32x4.pmax(m0, v128.load(x));
    m1 = f32x4.pmax(m1, v128.load(x, 16));
    m2 = f32x4.pmax(m2, v128.load(x, 32));
    m3 = f32x4.pmax(m3, v128.load(x, 48));
  }
  for (; x + 16 <= end; x += 16) m0 = f32x4.pmax(m0, v128.load(x));
  let largest = laneMax(f32x4.pmax(f32x4.pmax(m0, m1), f32x4.pmax(m2, m3)));
  for (; x < end; x += 4) {
    const value = load<f32>(x);
    if (value > largest) largest = value;
  }
  return largest;
}

/** Writes eˣ⁻ᵐ and returns its sum. y may be x. */
export function expRow(x: usize, y: usize, bytes: usize, largest: f32): f64 {
  const m = f32x4.splat(largest);
  const end = x + bytes;
  let total: f64 = 0;
  while (x + 16 <= end) {
    const stop = min(end, x + blockBytes);
    let sum = f32x4.splat(0);
    for (; x + 16 <= stop; x += 16, y += 16) {
      const e = decayingExp(f32x4.sub(v128.load(x), m));
      v128.store(y, e);
      sum = f32x4.add(sum, e);
    }
    total += laneSum(sum);
  }
  for (; x < end; x += 4, y += 4) {
    const e = decayingExp(f32x4.sub(v128.load32_splat(x), m));
    v128.store_lane<f32>(y, e, 0);
    total += <f64>f32x4.extract_lane(e, 0);
  }
  return total;
}

export function scaleRow(y: usize, bytes: usize, factor: f32): void {
  const f = f32x4.splat(factor);
  const end = y + bytes;
  for (; y + 16 <= end; y += 16) v128.store(y, f32x4.mul(v128.load(y), f));
  for (; y < end; y += 4) store<f32>(y, load<f32>(y) * factor);
}

function shiftRow(x: usize, y: usize, bytes: usize, largest: f32, rest: f32): void {
  const m = f32x4.splat(largest);
  const r = f32x4.splat(rest);
  const end = x + bytes;
  for (; x + 16 <= end; x += 16, y += 16) v128.store(y, f32x4.sub(f32x4.sub(v128.load(x), m), r));
  for (; x < end; x += 4, y += 4) store<f32>(y, load<f32>(x) - largest - rest);
}

/** Σ a·b */
export function rowProduct(a: usize, b: usize, bytes: usize): f64 {
  const end = a + bytes;
  let total: f64 = 0;
  while (a + 16 <= end) {
    const stop = min(end, a + blockBytes);
    let sum = f32x4.splat(0);
    for (; a + 16 <= stop; a += 16, b += 16) sum = multiplyAdd(v128.load(a), v128.load(b), sum);
    total += laneSum(sum);
  }
  for (; a < end; a += 4, b += 4) total += <f64>load<f32>(a) * <f64>load<f32>(b);
  return total;
}

function rowSum(a: usize, bytes: usize): f64 {
  const end = a + bytes;
  let total: f64 = 0;
  while (a + 16 <= end) {
    const stop = min(end, a + blockBytes);
    let sum = f32x4.splat(0);
    for (; a + 16 <= stop; a += 16) sum = f32x4.add(sum, v128.load(a));
    total += laneSum(sum);
  }
  for (; a < end; a += 4) total += <f64>load<f32>(a);
  return total;
}

/** dx may be dy. */
export function softmaxGradientRow(y: usize, dy: usize, dx: usize, bytes: usize, product: f32): void {
  const p = f32x4.splat(product);
  const end = y + bytes;
  for (; y + 16 <= end; y += 16, dy += 16, dx += 16)
    v128.store(dx, f32x4.mul(v128.load(y), f32x4.sub(v128.load(dy), p)));
  for (; y < end; y += 4, dy += 4, dx += 4) store<f32>(dx, load<f32>(y) * (load<f32>(dy) - product));
}

function logSoftmaxGradientRow(y: usize, dy: usize, dx: usize, bytes: usize, sum: f32): void {
  const s = f32x4.splat(-sum);
  const end = y + bytes;
  for (; y + 16 <= end; y += 16, dy += 16, dx += 16)
    v128.store(dx, multiplyAdd(exp(v128.load(y)), s, v128.load(dy)));
  for (; y < end; y += 4, dy += 4, dx += 4)
    v128.store_lane<f32>(dx, multiplyAdd(exp(v128.load32_splat(y)), s, v128.load32_splat(dy)), 0);
}
