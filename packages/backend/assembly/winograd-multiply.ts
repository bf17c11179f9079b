import { multiplyAdd } from './vector';

/**
 * One point of six tiles by eight output channels: to[tile][8] = Σ a[k / 4][tile][k % 4] · b[k][8] over 4 · quads
 * input channels. With `isFirst` unset, adds to what is there.
 */
export function multiplyTiles(a: usize, b: usize, to: usize, quads: i32, isFirst: bool): void {
  let s00 = f32x4.splat(0);
  let s01 = s00;
  let s10 = s00;
  let s11 = s00;
  let s20 = s00;
  let s21 = s00;
  let s30 = s00;
  let s31 = s00;
  let s40 = s00;
  let s41 = s00;
  let s50 = s00;
  let s51 = s00;
  if (!isFirst) {
    s00 = v128.load(to);
    s01 = v128.load(to, 16);
    s10 = v128.load(to, 32);
    s11 = v128.load(to, 48);
    s20 = v128.load(to, 64);
    s21 = v128.load(to, 80);
    s30 = v128.load(to, 96);
    s31 = v128.load(to, 112);
    s40 = v128.load(to, 128);
    s41 = v128.load(to, 144);
    s50 = v128.load(to, 160);
    s51 = v128.load(to, 176);
  }
  // Two input channels at a time. The branch between them is never taken: without it the optimiser nests the two
  // multiply-adds of each sum, which then loads everything first and spills. `step` alternates between 8 and 88.
  const isNever = quads < 0;
  let pairs = quads * 2;
  let step = 8;
  do {
    {
      const b0 = v128.load(b, 0);
      const b1 = v128.load(b, 16);
      let x = v128.load32_splat(a, 0);
      s00 = multiplyAdd(x, b0, s00);
      s01 = multiplyAdd(x, b1, s01);
      x = v128.load32_splat(a, 16);
      s10 = multiplyAdd(x, b0, s10);
      s11 = multiplyAdd(x, b1, s11);
      x = v128.load32_splat(a, 32);
      s20 = multiplyAdd(x, b0, s20);
      s21 = multiplyAdd(x, b1, s21);
      x = v128.load32_splat(a, 48);
      s30 = multiplyAdd(x, b0, s30);
      s31 = multiplyAdd(x, b1, s31);
      x = v128.load32_splat(a, 64);
      s40 = multiplyAdd(x, b0, s40);
      s41 = multiplyAdd(x, b1, s41);
      x = v128.load32_splat(a, 80);
      s50 = multiplyAdd(x, b0, s50);
      s51 = multiplyAdd(x, b1, s51);
    }
    if (isNever) break;
    {
      const b0 = v128.load(b, 32);
      const b1 = v128.load(b, 48);
      let x = v128.load32_splat(a, 4);
      s00 = multiplyAdd(x, b0, s00);
      s01 = multiplyAdd(x, b1, s01);
      x = v128.load32_splat(a, 20);
      s10 = multiplyAdd(x, b0, s10);
      s11 = multiplyAdd(x, b1, s11);
      x = v128.load32_splat(a, 36);
      s20 = multiplyAdd(x, b0, s20);
      s21 = multiplyAdd(x, b1, s21);
      x = v128.load32_splat(a, 52);
      s30 = multiplyAdd(x, b0, s30);
      s31 = multiplyAdd(x, b1, s31);
      x = v128.load32_splat(a, 68);
      s40 = multiplyAdd(x, b0, s40);
      s41 = multiplyAdd(x, b1, s41);
      x = v128.load32_splat(a, 84);
      s50 = multiplyAdd(x, b0, s50);
      s51 = multiplyAdd(x, b1, s51);
    }
    a += step;
    step ^= 80;
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
