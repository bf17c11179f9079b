import { multiplyAdd } from './vector';

/**
 * The peak of this machine at this moment: 12 independent chains of multiply-add in registers, 96 floating-point
 * operations a round. Arguments: [result: 48 floats]. Items are thousands of rounds.
 */
export function fmaProbe(args: usize, begin: i32, end: i32, scratch: usize): void {
  const result = load<usize>(args);
  v128.store(scratch, f32x4.splat(0.999));
  v128.store(scratch, f32x4.splat(0.001), 16);
  let a0 = f32x4.splat(1);
  let a1 = f32x4.splat(2);
  let a2 = f32x4.splat(3);
  let a3 = f32x4.splat(4);
  let a4 = f32x4.splat(5);
  let a5 = f32x4.splat(6);
  let a6 = f32x4.splat(7);
  let a7 = f32x4.splat(8);
  let a8 = f32x4.splat(9);
  let a9 = f32x4.splat(10);
  let a10 = f32x4.splat(11);
  let a11 = f32x4.splat(12);
  for (let i = begin * 1000, last = end * 1000; i < last; i++) {
    // Read in each round, as a product reads its factors: with constants, Node 24 measured a quarter of the peak.
    const factor = v128.load(scratch);
    const term = v128.load(scratch, 16);
    a0 = multiplyAdd(a0, factor, term);
    a1 = multiplyAdd(a1, factor, term);
    a2 = multiplyAdd(a2, factor, term);
    a3 = multiplyAdd(a3, factor, term);
    a4 = multiplyAdd(a4, factor, term);
    a5 = multiplyAdd(a5, factor, term);
    a6 = multiplyAdd(a6, factor, term);
    a7 = multiplyAdd(a7, factor, term);
    a8 = multiplyAdd(a8, factor, term);
    a9 = multiplyAdd(a9, factor, term);
    a10 = multiplyAdd(a10, factor, term);
    a11 = multiplyAdd(a11, factor, term);
  }
  v128.store(result, a0);
  v128.store(result, a1, 16);
  v128.store(result, a2, 32);
  v128.store(result, a3, 48);
  v128.store(result, a4, 64);
  v128.store(result, a5, 80);
  v128.store(result, a6, 96);
  v128.store(result, a7, 112);
  v128.store(result, a8, 128);
  v128.store(result, a9, 144);
  v128.store(result, a10, 160);
  v128.store(result, a11, 176);
}
