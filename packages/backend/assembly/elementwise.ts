// y = f(a, b), value by value, with the other operand's axes broadcast. The shape is [rows…, runs, inner] with up to three
// row axes; strides are in values and 0 along an axis that is broadcast. Arguments: [a, b, y, inner, aInner, bInner,
// chunks, chunkLength, then four axes, first axis first, as length, aStride, bStride]. aInner and bInner say whether an
// operand has the inner axis (1) or one value for it (0). An item is one of the `chunks` parts of the inner axis in one
// row; the runs, the last of the axes, are all done in it.
import { loadTail, storeTail } from './tail';

const enum Binary {
  add,
  subtract,
  multiply,
  divide,
  squaredDifference,
  maximum,
  minimum,
}

// @ts-ignore: decorator
@inline
function apply(operation: Binary, a: v128, b: v128): v128 {
  if (operation == Binary.add) return f32x4.add(a, b);
  if (operation == Binary.subtract) return f32x4.sub(a, b);
  if (operation == Binary.multiply) return f32x4.mul(a, b);
  if (operation == Binary.divide) return f32x4.div(a, b);
  // Both give NaN where either is NaN.
  if (operation == Binary.maximum) return f32x4.max(a, b);
  if (operation == Binary.minimum) return f32x4.min(a, b);
  const difference = f32x4.sub(a, b);
  return f32x4.mul(difference, difference);
}

// @ts-ignore: decorator
@inline
function both(operation: Binary, a: usize, b: usize, y: usize, count: i32): void {
  let left = count;
  for (; left >= 8; left -= 8) {
    v128.store(y, apply(operation, v128.load(a), v128.load(b)));
    v128.store(y, apply(operation, v128.load(a, 16), v128.load(b, 16)), 16);
    a += 32;
    b += 32;
    y += 32;
  }
  if (left >= 4) {
    v128.store(y, apply(operation, v128.load(a), v128.load(b)));
    a += 16;
    b += 16;
    y += 16;
    left -= 4;
  }
  if (left > 0) storeTail(y, apply(operation, loadTail(a, left), loadTail(b, left)), left);
}

// @ts-ignore: decorator
@inline
function withOneRight(operation: Binary, a: usize, b: usize, y: usize, count: i32): void {
  const right = v128.load32_splat(b);
  let left = count;
  for (; left >= 4; left -= 4) {
    v128.store(y, apply(operation, v128.load(a), right));
    a += 16;
    y += 16;
  }
  if (left > 0) storeTail(y, apply(operation, loadTail(a, left), right), left);
}

// @ts-ignore: decorator
@inline
function withOneLeft(operation: Binary, a: usize, b: usize, y: usize, count: i32): void {
  const one = v128.load32_splat(a);
  let left = count;
  for (; left >= 4; left -= 4) {
    v128.store(y, apply(operation, one, v128.load(b)));
    b += 16;
    y += 16;
  }
  if (left > 0) storeTail(y, apply(operation, one, loadTail(b, left)), left);
}

// @ts-ignore: decorator
@inline
function run(operation: Binary, args: usize, begin: i32, end: i32): void {
  const inner = load<i32>(args, 12);
  const aInner = load<i32>(args, 16);
  const bInner = load<i32>(args, 20);
  const chunks = load<i32>(args, 24);
  const chunkLength = load<i32>(args, 28);
  const second = load<i32>(args, 44);
  const third = load<i32>(args, 56);
  const runs = load<i32>(args, 68);
  const aRun = <usize>load<i32>(args, 72) << 2;
  const bRun = <usize>load<i32>(args, 76) << 2;
  const yRun = <usize>inner << 2;
  for (let item = begin; item < end; item++) {
    const row = item / chunks;
    const first = (item - row * chunks) * chunkLength;
    const count = min(chunkLength, inner - first);
    const upper = row / third;
    const i2 = row - upper * third;
    const i0 = upper / second;
    const i1 = upper - i0 * second;
    const aAt = i0 * load<i32>(args, 36) + i1 * load<i32>(args, 48) + i2 * load<i32>(args, 60) + first * aInner;
    const bAt = i0 * load<i32>(args, 40) + i1 * load<i32>(args, 52) + i2 * load<i32>(args, 64) + first * bInner;
    let a = load<usize>(args) + (<usize>aAt << 2);
    let b = load<usize>(args, 4) + (<usize>bAt << 2);
    let y = load<usize>(args, 8) + <usize>row * <usize>runs * yRun + (<usize>first << 2);
    for (let run = 0; run < runs; run++) {
      if (aInner == 0) withOneLeft(operation, a, b, y, count);
      else if (bInner == 0) withOneRight(operation, a, b, y, count);
      else both(operation, a, b, y, count);
      a += aRun;
      b += bRun;
      y += yRun;
    }
  }
}

export function binaryAdd(args: usize, begin: i32, end: i32, _scratch: usize): void {
  run(Binary.add, args, begin, end);
}

export function binarySubtract(args: usize, begin: i32, end: i32, _scratch: usize): void {
  run(Binary.subtract, args, begin, end);
}

export function binaryMultiply(args: usize, begin: i32, end: i32, _scratch: usize): void {
  run(Binary.multiply, args, begin, end);
}

export function binaryDivide(args: usize, begin: i32, end: i32, _scratch: usize): void {
  run(Binary.divide, args, begin, end);
}

export function binarySquaredDifference(args: usize, begin: i32, end: i32, _scratch: usize): void {
  run(Binary.squaredDifference, args, begin, end);
}

export function binaryMaximum(args: usize, begin: i32, end: i32, _scratch: usize): void {
  run(Binary.maximum, args, begin, end);
}

export function binaryMinimum(args: usize, begin: i32, end: i32, _scratch: usize): void {
  run(Binary.minimum, args, begin, end);
}
