// One job over the values of many tensors. An item is a chunk of one tensor, described by a record of 12 words in a
// table: pointers first, then the number of values, then what belongs to the tensor. Arguments: [table, …].
// Products and sums are rounded one by one, in the order of the plain operations, so that both give the same bits.
import { loadTail, storeTail } from './tail';

// @ts-ignore: decorator
@inline
const recordBytes: usize = 48;

/**
 * Adam with decoupled weight decay. Arguments: [table], beta1, 1 − beta1, beta2, 1 − beta2. Record: parameter and its new
 * place, mean and its new place, square and its new place, gradient, count, stepSize, scaledEpsilon, kept.
 * parameter·kept − stepSize·mean / (√square + scaledEpsilon)
 */
export function adamChunks(args: usize, begin: i32, end: i32, _scratch: usize): void {
  const beta1 = v128.load32_splat(args, 4);
  const rest1 = v128.load32_splat(args, 8);
  const beta2 = v128.load32_splat(args, 12);
  const rest2 = v128.load32_splat(args, 16);
  for (let item = begin; item < end; item++) {
    const record = load<usize>(args) + <usize>item * recordBytes;
    adamChunk(record, beta1, rest1, beta2, rest2);
  }
}

function adamChunk(record: usize, beta1: v128, rest1: v128, beta2: v128, rest2: v128): void {
  const parameter = load<usize>(record);
  const newParameter = load<usize>(record, 4);
  const mean = load<usize>(record, 8);
  const newMean = load<usize>(record, 12);
  const square = load<usize>(record, 16);
  const newSquare = load<usize>(record, 20);
  const gradient = load<usize>(record, 24);
  const count = load<i32>(record, 28);
  const stepSize = v128.load32_splat(record, 32);
  const scaledEpsilon = v128.load32_splat(record, 36);
  const kept = v128.load32_splat(record, 40);
  const bytes = <usize>(count & ~3) << 2;
  for (let at: usize = 0; at < bytes; at += 16) {
    const g = v128.load(gradient + at);
    const m = f32x4.add(f32x4.mul(v128.load(mean + at), beta1), f32x4.mul(g, rest1));
    const v = f32x4.add(f32x4.mul(v128.load(square + at), beta2), f32x4.mul(f32x4.mul(g, g), rest2));
    const change = f32x4.mul(f32x4.div(m, f32x4.add(f32x4.sqrt(v), scaledEpsilon)), stepSize);
    v128.store(newMean + at, m);
    v128.store(newSquare + at, v);
    v128.store(newParameter + at, f32x4.sub(f32x4.mul(v128.load(parameter + at), kept), change));
  }
  const left = count & 3;
  if (left == 0) return;
  const g = loadTail(gradient + bytes, left);
  const m = f32x4.add(f32x4.mul(loadTail(mean + bytes, left), beta1), f32x4.mul(g, rest1));
  const v = f32x4.add(f32x4.mul(loadTail(square + bytes, left), beta2), f32x4.mul(f32x4.mul(g, g), rest2));
  const change = f32x4.mul(f32x4.div(m, f32x4.add(f32x4.sqrt(v), scaledEpsilon)), stepSize);
  storeTail(newMean + bytes, m, left);
  storeTail(newSquare + bytes, v, left);
  storeTail(newParameter + bytes, f32x4.sub(f32x4.mul(loadTail(parameter + bytes, left), kept), change), left);
}

/** average − (average − value)·rest. Record: average and its new place, value, count, rest. Arguments: [table]. */
export function averageChunks(args: usize, begin: i32, end: i32, _scratch: usize): void {
  for (let item = begin; item < end; item++) {
    const record = load<usize>(args) + <usize>item * recordBytes;
    const average = load<usize>(record);
    const newAverage = load<usize>(record, 4);
    const value = load<usize>(record, 8);
    const count = load<i32>(record, 12);
    const rest = v128.load32_splat(record, 16);
    const bytes = <usize>(count & ~3) << 2;
    for (let at: usize = 0; at < bytes; at += 16) {
      const a = v128.load(average + at);
      const distance = f32x4.sub(a, v128.load(value + at));
      v128.store(newAverage + at, f32x4.sub(a, f32x4.mul(distance, rest)));
    }
    const left = count & 3;
    if (left == 0) continue;
    const a = loadTail(average + bytes, left);
    const distance = f32x4.sub(a, loadTail(value + bytes, left));
    storeTail(newAverage + bytes, f32x4.sub(a, f32x4.mul(distance, rest)), left);
  }
}

/** Σ x² of a chunk in float64, to its own place. Record: x, count. Arguments: [table, sums: one float64 an item]. */
export function squareSumChunks(args: usize, begin: i32, end: i32, _scratch: usize): void {
  const sums = load<usize>(args, 4);
  for (let item = begin; item < end; item++) {
    const record = load<usize>(args) + <usize>item * recordBytes;
    store<f64>(sums + (<usize>item << 3), squareSum(load<usize>(record), load<i32>(record, 4)));
  }
}

function squareSum(x: usize, count: i32): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  const bytes = <usize>(count & ~3) << 2;
  for (let at: usize = 0; at < bytes; at += 16) {
    const values = v128.load(x + at);
    const first = f64x2.promote_low_f32x4(values);
    const second = f64x2.promote_low_f32x4(v128.shuffle<u64>(values, values, 1, 1));
    low = f64x2.add(low, f64x2.mul(first, first));
    high = f64x2.add(high, f64x2.mul(second, second));
  }
  const total = f64x2.add(low, high);
  let sum = f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1);
  for (let at = bytes, last = <usize>count << 2; at < last; at += 4) {
    const value = <f64>load<f32>(x + at);
    sum += value * value;
  }
  return sum;
}

/** One item. Arguments: [sums, count, norm, factor], largest: norm ← √Σ, factor ← min(1, largest / (norm + 1e-6)). */
export function clipFactor(args: usize, _begin: i32, _end: i32, _scratch: usize): void {
  const sums = load<usize>(args);
  let sum: f64 = 0;
  for (let i = 0, count = load<i32>(args, 4); i < count; i++) sum += load<f64>(sums + (<usize>i << 3));
  const norm = <f32>Math.sqrt(sum);
  store<f32>(load<usize>(args, 8), norm);
  // f32.min gives NaN for a NaN.
  store<f32>(load<usize>(args, 12), min<f32>(1, load<f32>(args, 16) / (norm + 1e-6)));
}

/** y ← factor·x. Record: x, y, count. Arguments: [table, factor]. */
export function scaleChunks(args: usize, begin: i32, end: i32, _scratch: usize): void {
  const factor = v128.load32_splat(load<usize>(args, 4));
  for (let item = begin; item < end; item++) {
    const record = load<usize>(args) + <usize>item * recordBytes;
    const x = load<usize>(record);
    const y = load<usize>(record, 4);
    const count = load<i32>(record, 8);
    const bytes = <usize>(count & ~3) << 2;
    for (let at: usize = 0; at < bytes; at += 16) v128.store(y + at, f32x4.mul(v128.load(x + at), factor));
    const left = count & 3;
    if (left != 0) storeTail(y + bytes, f32x4.mul(loadTail(x + bytes, left), factor), left);
  }
}
