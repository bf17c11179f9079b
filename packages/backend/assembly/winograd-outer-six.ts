import { multiplyAdd } from './vector';

/**
 * One point of six input by eight output channels: to[row][8] += Σ a[tile][row] · b[tile][8] over `depth` tiles, an even
 * number; the rows of `a` are `aStep` bytes apart.
 */
export function addOuterSix(a: usize, aStep: usize, b: usize, to: usize, depth: i32): void {
  let s00 = v128.load(to);
  let s01 = v128.load(to, 16);
  let s10 = v128.load(to, 32);
  let s11 = v128.load(to, 48);
  let s20 = v128.load(to, 64);
  let s21 = v128.load(to, 80);
  let s30 = v128.load(to, 96);
  let s31 = v128.load(to, 112);
  let s40 = v128.load(to, 128);
  let s41 = v128.load(to, 144);
  let s50 = v128.load(to, 160);
  let s51 = v128.load(to, 176);
  // Why a branch that is never taken: see winograd-multiply.ts.
  const isNever = depth < 0;
  let pairs = depth >> 1;
  do {
    {
      const b0 = v128.load(b);
      const b1 = v128.load(b, 16);
      let x = v128.load32_splat(a);
      s00 = multiplyAdd(x, b0, s00);
      s01 = multiplyAdd(x, b1, s01);
      x = v128.load32_splat(a, 4);
      s10 = multiplyAdd(x, b0, s10);
      s11 = multiplyAdd(x, b1, s11);
      x = v128.load32_splat(a, 8);
      s20 = multiplyAdd(x, b0, s20);
      s21 = multiplyAdd(x, b1, s21);
      x = v128.load32_splat(a, 12);
      s30 = multiplyAdd(x, b0, s30);
      s31 = multiplyAdd(x, b1, s31);
      x = v128.load32_splat(a, 16);
      s40 = multiplyAdd(x, b0, s40);
      s41 = multiplyAdd(x, b1, s41);
      x = v128.load32_splat(a, 20);
      s50 = multiplyAdd(x, b0, s50);
      s51 = multiplyAdd(x, b1, s51);
      a += aStep;
    }
    if (isNever) break;
    {
      const b0 = v128.load(b, 32);
      const b1 = v128.load(b, 48);
      let x = v128.load32_splat(a);
      s00 = multiplyAdd(x, b0, s00);
      s01 = multiplyAdd(x, b1, s01);
      x = v128.load32_splat(a, 4);
      s10 = multiplyAdd(x, b0, s10);
      s11 = multiplyAdd(x, b1, s11);
      x = v128.load32_splat(a, 8);
      s20 = multiplyAdd(x, b0, s20);
      s21 = multiplyAdd(x, b1, s21);
      x = v128.load32_splat(a, 12);
      s30 = multiplyAdd(x, b0, s30);
      s31 = multiplyAdd(x, b1, s31);
      x = v128.load32_splat(a, 16);
      s40 = multiplyAdd(x, b0, s40);
      s41 = multiplyAdd(x, b1, s41);
      x = v128.load32_splat(a, 20);
      s50 = multiplyAdd(x, b0, s50);
      s51 = multiplyAdd(x, b1, s51);
      a += aStep;
    }
    b += 64;
  } while (--pairs > 0);
  v128.store(to, s00);
  v128.store(to, s01, 16);
  v128.store(to, s10, 32);
  v128.store(to, s11, 48);
  v128.store(to, s20, 64);
  v128.store(to, s21, 80);
  v128.store(to, s30, 96);
  v128.store(to, s31, 112);
  v128.store(to, s40, 128);
  v128.store(to, s41, 144);
  v128.store(to, s50, 160);
  v128.store(to, s51, 176);
}
