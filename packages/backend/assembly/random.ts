// A row of words for each key, as src/random/fill.ts. Arguments: [keys, out, count, blocks, firstLane, low, high, chunks]:
// `count` words a row from lane `firstLane` of block low + 2³²·high on, in `blocks` blocks. An item is one of the `chunks`
// runs of 512 blocks of one row.
import { boxMullerTwice } from './box-muller';
import { threefryBlocks } from './threefry';

const enum Draw {
  bits,
  uniform,
  normal,
}

// @ts-ignore: decorator
@inline
const runLength: i32 = 512;

// @ts-ignore: decorator
@inline
function draw(kind: Draw, args: usize, begin: i32, end: i32, scratch: usize): void {
  const count = load<i32>(args, 8);
  const blocks = load<i32>(args, 12);
  const firstLane = load<i32>(args, 16);
  const start = (<u64>load<u32>(args, 24) << 32) | <u64>load<u32>(args, 20);
  const chunks = load<i32>(args, 28);
  for (let item = begin; item < end; item++) {
    const row = item / chunks;
    const block = (item - row * chunks) * runLength;
    const length = min(runLength, blocks - block);
    const keys = load<usize>(args) + (<usize>row << 3);
    threefryBlocks(load<i32>(keys), load<i32>(keys, 4), start + <u64>block, length, scratch);
    if (kind == Draw.uniform) toUniforms(scratch, length);
    if (kind == Draw.normal) toNormals(scratch, length);
    // Lanes before the first word and after the last are dropped.
    const skipped = block == 0 ? firstLane : 0;
    const first = 2 * block + skipped - firstLane;
    const words = min(2 * length - skipped, count - first);
    const out = load<usize>(args, 4) + ((<usize>row * <usize>count + <usize>first) << 2);
    memory.copy(out, scratch + (<usize>skipped << 2), <usize>words << 2);
  }
}

/** (bits >>> 8)·2⁻²⁴ */
function toUniforms(at: usize, blocks: i32): void {
  for (let block = 0; block < blocks; block += 2) {
    const words = i32x4.shr_u(v128.load(at), 8);
    v128.store(at, f32x4.mul(f32x4.convert_i32x4_s(words), f32x4.splat(5.9604644775390625e-8)));
    at += 16;
  }
}

function toNormals(at: usize, blocks: i32): void {
  for (let block = 0; block < blocks; block += 2) {
    boxMullerTwice(at);
    at += 16;
  }
}

export function randomBits(args: usize, begin: i32, end: i32, scratch: usize): void {
  draw(Draw.bits, args, begin, end, scratch);
}

export function randomUniform(args: usize, begin: i32, end: i32, scratch: usize): void {
  draw(Draw.uniform, args, begin, end, scratch);
}

export function randomNormal(args: usize, begin: i32, end: i32, scratch: usize): void {
  draw(Draw.normal, args, begin, end, scratch);
}

/** y ← kept where x ≥ rate, else 0. Arguments: [x, y, count], rate, kept. An item is a block of 1024 values. */
export function dropoutMask(args: usize, begin: i32, end: i32, _scratch: usize): void {
  const rate = load<f32>(args, 12);
  const kept = load<f32>(args, 16);
  const last = min(end * 1024, load<i32>(args, 8));
  let i = begin * 1024;
  const x = load<usize>(args);
  const y = load<usize>(args, 4);
  for (; i + 4 <= last; i += 4) {
    const at = <usize>i << 2;
    const isKept = f32x4.ge(v128.load(x + at), f32x4.splat(rate));
    v128.store(y + at, v128.and(isKept, f32x4.splat(kept)));
  }
  for (; i < last; i++) store<f32>(y + (<usize>i << 2), load<f32>(x + (<usize>i << 2)) >= rate ? kept : 0);
}
