import { laneSum } from './lanes';
import { multiplyAdd } from './vector';

// Layer norm of [rows, features]. Each row is read from memory once and then from cache.

const blockFloats: i32 = 1024;

/** Σ (x − first) and Σ (x − first)² of one block, as two float64 at `result`. */
function blockMoments(x: usize, count: i32, result: usize): void {
  const first = load<f32>(x);
  const shift = f32x4.splat(first);
  const end = x + (<usize>count << 2);
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let q0 = s0;
  let q1 = s0;
  for (; x + 32 <= end; x += 32) {
    const u0 = f32x4.sub(v128.load(x), shift);
    const u1 = f32x4.sub(v128.load(x, 16), shift);
    s0 = f32x4.add(s0, u0);
    s1 = f32x4.add(s1, u1);
    q0 = multiplyAdd(u0, u0, q0);
    q1 = multiplyAdd(u1, u1, q1);
  }
  let sum = laneSum(f32x4.add(s0, s1));
  let square = laneSum(f32x4.add(q0, q1));
  for (; x < end; x += 4) {
    const u = <f64>load<f32>(x) - <f64>first;
    sum += u;
    square += u * u;
  }
  store<f64>(result, sum);
  store<f64>(result, square, 8);
}

/** Writes mean, what float32 lost of it, 1/deviation and variance of one row. */
function rowStatistics(x: usize, features: i32, epsilon: f64, to: usize, scratch: usize): void {
  let mean: f64 = 0;
  let squares: f64 = 0;
  for (let start = 0; start < features; start += blockFloats) {
    const count = min(blockFloats, features - start);
    const from = x + (<usize>start << 2);
    blockMoments(from, count, scratch);
    const shift = load<f64>(scratch) / <f64>count;
    const step = <f64>load<f32>(from) + shift - mean;
    const share = <f64>count / <f64>(start + count);
    squares += load<f64>(scratch, 8) - load<f64>(scratch) * shift + step * step * (<f64>start * share);
    mean += step * share;
  }
  const variance = squares / <f64>features;
  const high = <f32>mean;
  store<f32>(to, high);
  store<f32>(to, <f32>(mean - <f64>high), 4);
  store<f32>(to, <f32>(1 / Math.sqrt(variance + epsilon)), 8);
  store<f32>(to, <f32>variance, 12);
}

/** A row of `fallback` where there are no parameters, padded to whole vectors. */
function parameterRow(to: usize, from: usize, features: i32, fallback: f32): void {
  if (from !== 0) memory.copy(to, from, <usize>features << 2);
  else for (let c = 0; c < features; c++) store<f32>(to + (<usize>c << 2), fallback);
}

/** Items are rows: [x, y, statistics [rows, 4], weight or 0, bias or 0, features], [epsilon]. */
export function layerNorm(args: usize, begin: i32, end: i32, scratch: usize): void {
  const features = load<i32>(args, 20);
  const rowBytes = <usize>features << 2;
  const weight = scratch + 16;
  const bias = weight + rowBytes;
  parameterRow(weight, load<usize>(args, 12), features, 1);
  parameterRow(bias, load<usize>(args, 16), features, 0);
  const epsilon = <f64>load<f32>(args, 24);
  for (let row = begin; row < end; row++) {
    const x = load<usize>(args) + <usize>row * rowBytes;
    const statistics = load<usize>(args, 8) + (<usize>row << 4);
    rowStatistics(x, features, epsilon, statistics, scratch);
    normalizeRow(x, load<usize>(args, 4) + <usize>row * rowBytes, rowBytes, statistics, weight, bias);
  }
}

function normalizeRow(x: usize, y: usize, rowBytes: usize, statistics: usize, weight: usize, bias: usize): void {
  const mean = v128.load32_splat(statistics);
  const s = v128.load32_splat(statistics, 8);
  const shift = f32x4.neg(f32x4.mul(v128.load32_splat(statistics, 4), s));
  const end = x + rowBytes;
  for (; x + 16 <= end; x += 16, y += 16, weight += 16, bias += 16) {
    const u = multiplyAdd(f32x4.sub(v128.load(x), mean), s, shift);
    v128.store(y, multiplyAdd(u, v128.load(weight), v128.load(bias)));
  }
  for (; x < end; x += 4, y += 4, weight += 4, bias += 4) {
    const u = multiplyAdd(f32x4.sub(v128.load32_zero(x), mean), s, shift);
    v128.store_lane<f32>(y, multiplyAdd(u, v128.load32_zero(weight), v128.load32_zero(bias)), 0);
  }
}

/**
 * Items are parts of rows: [x, dy, dx, statistics [rows, 4], weight or 0, features, rows, rows a part, sums: float32
 * [parts, 2, features] for Σ dy·x̂ and Σ dy].
 */
export function layerNormGrad(args: usize, begin: i32, end: i32, scratch: usize): void {
  const features = load<i32>(args, 20);
  const rowBytes = <usize>features << 2;
  const weight = scratch + 16;
  parameterRow(weight, load<usize>(args, 16), features, 1);
  for (let part = begin; part < end; part++) {
    const first = part * load<i32>(args, 28);
    const last = min(first + load<i32>(args, 28), load<i32>(args, 24));
    const sums = load<usize>(args, 32) + <usize>part * (2 * rowBytes);
    memory.fill(sums, 0, 2 * rowBytes);
    for (let row = first; row < last; row++) {
      const offset = <usize>row * rowBytes;
      const x = load<usize>(args) + offset;
      const dy = load<usize>(args, 4) + offset;
      const statistics = load<usize>(args, 12) + (<usize>row << 4);
      sumRow(x, dy, rowBytes, statistics, weight, sums, scratch);
      gradientRow(x, dy, load<usize>(args, 8) + offset, rowBytes, statistics, weight, scratch);
    }
  }
}

/** Adds to the sums of the part, and writes Σ weight·dy and Σ weight·dy·x̂ of the row: two float64. */
function sumRow(
  x: usize,
  dy: usize,
  rowBytes: usize,
  statistics: usize,
  weight: usize,
  sums: usize,
  result: usize,
): void {
  const mean = v128.load32_splat(statistics);
  const s = v128.load32_splat(statistics, 8);
  const shift = f32x4.neg(f32x4.mul(v128.load32_splat(statistics, 4), s));
  let a = f32x4.splat(0);
  let b = a;
  let lastA: f64 = 0;
  let lastB: f64 = 0;
  const end = x + rowBytes;
  for (; x + 16 <= end; x += 16, dy += 16, weight += 16, sums += 16) {
    const u = multiplyAdd(f32x4.sub(v128.load(x), mean), s, shift);
    const d = v128.load(dy);
    const w = f32x4.mul(d, v128.load(weight));
    a = f32x4.add(a, w);
    b = multiplyAdd(w, u, b);
    v128.store(sums, multiplyAdd(d, u, v128.load(sums)));
    v128.store(sums + rowBytes, f32x4.add(d, v128.load(sums + rowBytes)));
  }
  for (; x < end; x += 4, dy += 4, weight += 4, sums += 4) {
    const u = f32x4.extract_lane(multiplyAdd(f32x4.sub(v128.load32_zero(x), mean), s, shift), 0);
    const d = load<f32>(dy);
    const w = d * load<f32>(weight);
    lastA += <f64>w;
    lastB += <f64>w * <f64>u;
    store<f32>(sums, load<f32>(sums) + d * u);
    store<f32>(sums + rowBytes, load<f32>(sums + rowBytes) + d);
  }
  store<f64>(result, laneSum(a) + lastA);
  store<f64>(result, laneSum(b) + lastB, 8);
}

/** dx = s·(weight·dy − mean(weight·dy) − x̂·mean(weight·dy·x̂)) */
function gradientRow(
  x: usize,
  dy: usize,
  dx: usize,
  rowBytes: usize,
  statistics: usize,
  weight: usize,
  sums: usize,
): void {
  const mean = v128.load32_splat(statistics);
  const s = v128.load32_splat(statistics, 8);
  const shift = f32x4.neg(f32x4.mul(v128.load32_splat(statistics, 4), s));
  const count = <f64>(rowBytes >> 2);
  const start = f32x4.splat(<f32>(-load<f64>(sums) / count));
  const slope = f32x4.splat(<f32>(-load<f64>(sums, 8) / count));
  const end = x + rowBytes;
  for (; x + 16 <= end; x += 16, dy += 16, dx += 16, weight += 16) {
    const u = multiplyAdd(f32x4.sub(v128.load(x), mean), s, shift);
    const inner = multiplyAdd(v128.load(dy), v128.load(weight), multiplyAdd(u, slope, start));
    v128.store(dx, f32x4.mul(s, inner));
  }
  for (; x < end; x += 4, dy += 4, dx += 4, weight += 4) {
    const u = multiplyAdd(f32x4.sub(v128.load32_zero(x), mean), s, shift);
    const inner = multiplyAdd(v128.load32_zero(dy), v128.load32_zero(weight), multiplyAdd(u, slope, start));
    v128.store_lane<f32>(dx, f32x4.mul(s, inner), 0);
  }
}

/** Items are features: [sums: float32 [parts, 2, features], features, parts, dweight, dbias]. */
export function layerNormGradWeights(args: usize, begin: i32, end: i32, _scratch: usize): void {
  const rowBytes = <usize>load<i32>(args, 4) << 2;
  const parts = load<i32>(args, 8);
  for (let feature = begin; feature < end; feature++) {
    let at = load<usize>(args) + (<usize>feature << 2);
    let dweight: f64 = 0;
    let dbias: f64 = 0;
    for (let part = 0; part < parts; part++, at += 2 * rowBytes) {
      dweight += <f64>load<f32>(at);
      dbias += <f64>load<f32>(at + rowBytes);
    }
    store<f32>(load<usize>(args, 12) + (<usize>feature << 2), <f32>dweight);
    store<f32>(load<usize>(args, 16) + (<usize>feature << 2), <f32>dbias);
  }
}
