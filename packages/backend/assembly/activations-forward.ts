// y = f(x), value by value. Arguments: [x, y, count] and one float `alpha` where the function has one.
// An item is a block of 1024 values.
import { exp, expm1, log, sigmoid, softplus, tanh } from './math';
import { loadTail, storeTail } from './tail';

const enum Unary {
  exp,
  log,
  tanh,
  sigmoid,
  softplus,
  silu,
  elu,
  relu,
  leakyRelu,
  step,
  square,
  squareRoot,
  inverseSquareRoot,
  reciprocal,
  negative,
  magnitude,
}

// @ts-ignore: decorator
@inline
const blockLength: i32 = 1024;

// @ts-ignore: decorator
@inline
function apply(operation: Unary, x: v128, alpha: v128): v128 {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  if (operation == Unary.exp) return exp(x);
  if (operation == Unary.log) return log(x);
  if (operation == Unary.tanh) return tanh(x);
  if (operation == Unary.sigmoid) return sigmoid(x);
  if (operation == Unary.softplus) return softplus(x);
  if (operation == Unary.silu) return f32x4.mul(x, sigmoid(x));
  if (operation == Unary.elu) return v128.bitselect(expm1(x), x, f32x4.lt(x, zero));
  // The comparison is false for NaN, which stays.
  if (operation == Unary.relu) return v128.andnot(x, f32x4.lt(x, zero));
  if (operation == Unary.leakyRelu) return v128.bitselect(f32x4.mul(x, alpha), x, f32x4.lt(x, zero));
  if (operation == Unary.step) {
    const isNan = f32x4.ne(x, x);
    return v128.bitselect(x, v128.bitselect(one, alpha, f32x4.gt(x, zero)), isNan);
  }
  if (operation == Unary.square) return f32x4.mul(x, x);
  if (operation == Unary.squareRoot) return f32x4.sqrt(x);
  if (operation == Unary.inverseSquareRoot) return f32x4.div(one, f32x4.sqrt(x));
  if (operation == Unary.reciprocal) return f32x4.div(one, x);
  if (operation == Unary.negative) return f32x4.neg(x);
  return f32x4.abs(x);
}

// @ts-ignore: decorator
@inline
function map(operation: Unary, args: usize, begin: i32, end: i32): void {
  const count = load<i32>(args, 8);
  const first = begin * blockLength;
  const last = min(end * blockLength, count);
  const alpha = v128.load32_splat(args, 12);
  let x = load<usize>(args) + (<usize>first << 2);
  let y = load<usize>(args, 4) + (<usize>first << 2);
  let left = last - first;
  for (; left >= 4; left -= 4) {
    v128.store(y, apply(operation, v128.load(x), alpha));
    x += 16;
    y += 16;
  }
  if (left > 0) storeTail(y, apply(operation, loadTail(x, left), alpha), left);
}

export function mapExp(args: usize, begin: i32, end: i32, _scratch: usize): void {
  map(Unary.exp, args, begin, end);
}

export function mapLog(args: usize, begin: i32, end: i32, _scratch: usize): void {
  map(Unary.log, args, begin, end);
}

export function mapTanh(args: usize, begin: i32, end: i32, _scratch: usize): void {
  map(Unary.tanh, args, begin, end);
}

export function mapSigmoid(args: usize, begin: i32, end: i32, _scratch: usize): void {
  map(Unary.sigmoid, args, begin, end);
}

export function mapSoftplus(args: usize, begin: i32, end: i32, _scratch: usize): void {
  map(Unary.softplus, args, begin, end);
}

export function mapSilu(args: usize, begin: i32, end: i32, _scratch: usize): void {
  map(Unary.silu, args, begin, end);
}

export function mapElu(args: usize, begin: i32, end: i32, _scratch: usize): void {
  map(Unary.elu, args, begin, end);
}

export function mapRelu(args: usize, begin: i32, end: i32, _scratch: usize): void {
  map(Unary.relu, args, begin, end);
}

export function mapLeakyRelu(args: usize, begin: i32, end: i32, _scratch: usize): void {
  map(Unary.leakyRelu, args, begin, end);
}

export function mapStep(args: usize, begin: i32, end: i32, _scratch: usize): void {
  map(Unary.step, args, begin, end);
}

export function mapSquare(args: usize, begin: i32, end: i32, _scratch: usize): void {
  map(Unary.square, args, begin, end);
}

export function mapSquareRoot(args: usize, begin: i32, end: i32, _scratch: usize): void {
  map(Unary.squareRoot, args, begin, end);
}

export function mapInverseSquareRoot(args: usize, begin: i32, end: i32, _scratch: usize): void {
  map(Unary.inverseSquareRoot, args, begin, end);
}

export function mapReciprocal(args: usize, begin: i32, end: i32, _scratch: usize): void {
  map(Unary.reciprocal, args, begin, end);
}

export function mapNegative(args: usize, begin: i32, end: i32, _scratch: usize): void {
  map(Unary.negative, args, begin, end);
}

export function mapMagnitude(args: usize, begin: i32, end: i32, _scratch: usize): void {
  map(Unary.magnitude, args, begin, end);
}
