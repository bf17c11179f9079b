// dx of an activation. Arguments: [dy, value, dx, count] and one float `alpha`; `value` is x, or y where it says so.
// An item is a block of 1024 values. dy · slope, never a selection of dy alone: a NaN of the value comes through.
import { exp, sigmoid } from './math';
import { loadTail, storeTail } from './tail';

const enum Gradient {
  relu,
  leakyRelu,
  elu,
  silu,
  softplus,
  tanh,
  sigmoid,
}

// @ts-ignore: decorator
@inline
const blockLength: i32 = 1024;

// @ts-ignore: decorator
@inline
function slope(operation: Gradient, value: v128, alpha: v128): v128 {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  if (operation == Gradient.relu || operation == Gradient.leakyRelu) {
    const step = v128.bitselect(one, alpha, f32x4.gt(value, zero));
    return v128.bitselect(value, step, f32x4.ne(value, value));
  }
  if (operation == Gradient.elu) return exp(f32x4.pmin(value, zero));
  if (operation == Gradient.silu) {
    const gate = sigmoid(value);
    // σ·(1 + x·(1 − σ))
    return f32x4.mul(gate, f32x4.add(one, f32x4.mul(value, f32x4.sub(one, gate))));
  }
  if (operation == Gradient.softplus) return sigmoid(value);
  if (operation == Gradient.tanh) return f32x4.sub(one, f32x4.mul(value, value));
  return f32x4.mul(value, f32x4.sub(one, value));
}

// @ts-ignore: decorator
@inline
function map(operation: Gradient, args: usize, begin: i32, end: i32): void {
  const count = load<i32>(args, 12);
  const first = begin * blockLength;
  const last = min(end * blockLength, count);
  const alpha = operation == Gradient.leakyRelu ? v128.load32_splat(args, 16) : f32x4.splat(0);
  let dy = load<usize>(args) + (<usize>first << 2);
  let value = load<usize>(args, 4) + (<usize>first << 2);
  let dx = load<usize>(args, 8) + (<usize>first << 2);
  let left = last - first;
  for (; left >= 4; left -= 4) {
    v128.store(dx, f32x4.mul(v128.load(dy), slope(operation, v128.load(value), alpha)));
    dy += 16;
    value += 16;
    dx += 16;
  }
  if (left > 0) {
    storeTail(dx, f32x4.mul(loadTail(dy, left), slope(operation, loadTail(value, left), alpha)), left);
  }
}

export function reluGradient(args: usize, begin: i32, end: i32, _scratch: usize): void {
  map(Gradient.relu, args, begin, end);
}

export function leakyReluGradient(args: usize, begin: i32, end: i32, _scratch: usize): void {
  map(Gradient.leakyRelu, args, begin, end);
}

export function eluGradient(args: usize, begin: i32, end: i32, _scratch: usize): void {
  map(Gradient.elu, args, begin, end);
}

export function siluGradient(args: usize, begin: i32, end: i32, _scratch: usize): void {
  map(Gradient.silu, args, begin, end);
}

export function softplusGradient(args: usize, begin: i32, end: i32, _scratch: usize): void {
  map(Gradient.softplus, args, begin, end);
}

export function tanhGradient(args: usize, begin: i32, end: i32, _scratch: usize): void {
  map(Gradient.tanh, args, begin, end);
}

export function sigmoidGradient(args: usize, begin: i32, end: i32, _scratch: usize): void {
  map(Gradient.sigmoid, args, begin, end);
}
