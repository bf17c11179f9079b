import { multiplyAdd } from './vector';

// One-dimensional transforms of Winograd's F(4, 2): four outputs of a two-tap filter from five inputs with five
// products, by evaluating at ±√½, ±√2 and ∞ (see winograd-transforms.ts, whose points these are without 0).

const root: f32 = 1.4142135623730951;
const halfRoot: f32 = 0.7071067811865476;
const quarterRoot: f32 = 0.3535533905932738;
const twoRoots: f32 = 2.8284271247461903;
const third: f32 = 0.3333333333333333;
const rootThird: f32 = 0.4714045207910317;
const rootSixth: f32 = 0.23570226039551584;

/** even · factor ± odd */
// @ts-ignore: decorator
@inline
function storePair(even: v128, odd: v128, factor: f32, to: usize, step: usize): void {
  const scaled = f32x4.mul(even, f32x4.splat(factor));
  v128.store(to, f32x4.add(scaled, odd));
  v128.store(to + step, f32x4.sub(scaled, odd));
}

/** Bᵀ d: five inputs at the five points. */
// @ts-ignore: decorator
@inline
export function inputToFivePoints(d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, to: usize, step: usize): void {
  const minusTwo = f32x4.splat(-2);
  storePair(multiplyAdd(d0, minusTwo, d2), multiplyAdd(d1, minusTwo, d3), halfRoot, to, step);
  const minusHalf = f32x4.splat(-0.5);
  storePair(multiplyAdd(d0, minusHalf, d2), multiplyAdd(d1, minusHalf, d3), root, to + 2 * step, step);
  v128.store(to + 4 * step, f32x4.add(multiplyAdd(d2, f32x4.splat(-2.5), d0), d4));
}

/** A y: four output gradients at the five points. */
// @ts-ignore: decorator
@inline
export function gradientToFivePoints(y0: v128, y1: v128, y2: v128, y3: v128, to: usize, step: usize): void {
  const half = f32x4.splat(0.5);
  const two = f32x4.splat(2);
  const evenNear = multiplyAdd(y2, half, y0);
  const oddNear = f32x4.mul(multiplyAdd(y3, half, y1), f32x4.splat(halfRoot));
  v128.store(to, f32x4.add(evenNear, oddNear));
  v128.store(to + step, f32x4.sub(evenNear, oddNear));
  const evenFar = multiplyAdd(y2, two, y0);
  const oddFar = f32x4.mul(multiplyAdd(y3, two, y1), f32x4.splat(root));
  v128.store(to + 2 * step, f32x4.add(evenFar, oddFar));
  v128.store(to + 3 * step, f32x4.sub(evenFar, oddFar));
  v128.store(to + 4 * step, y3);
}

/** G g: two filter taps at the five points. */
// @ts-ignore: decorator
@inline
export function filterToFivePoints(g0: v128, g1: v128, to: usize, step: usize): void {
  const odd = f32x4.mul(g1, f32x4.splat(third));
  const near = f32x4.mul(g0, f32x4.splat(-rootThird));
  v128.store(to, f32x4.sub(near, odd));
  v128.store(to + step, f32x4.add(near, odd));
  const far = f32x4.mul(g0, f32x4.splat(rootSixth));
  v128.store(to + 2 * step, f32x4.add(far, odd));
  v128.store(to + 3 * step, f32x4.sub(far, odd));
  v128.store(to + 4 * step, g1);
}

/** Gᵀ m: two filter taps from the five points. */
// @ts-ignore: decorator
@inline
export function fivePointsToFilter(m0: v128, m1: v128, m2: v128, m3: v128, m4: v128, to: usize, step: usize): void {
  const near = f32x4.mul(f32x4.add(m0, m1), f32x4.splat(-rootThird));
  v128.store(to, multiplyAdd(f32x4.add(m2, m3), f32x4.splat(rootSixth), near));
  const odd = f32x4.add(f32x4.sub(m1, m0), f32x4.sub(m2, m3));
  v128.store(to + step, multiplyAdd(odd, f32x4.splat(third), m4));
}

/** Aᵀ m: four outputs from the five points. */
// @ts-ignore: decorator
@inline
export function fivePointsToOutput(m0: v128, m1: v128, m2: v128, m3: v128, m4: v128, to: usize, step: usize): void {
  const evenNear = f32x4.add(m0, m1);
  const oddNear = f32x4.sub(m0, m1);
  const evenFar = f32x4.add(m2, m3);
  const oddFar = f32x4.sub(m2, m3);
  v128.store(to, f32x4.add(evenNear, evenFar));
  to += step;
  v128.store(to, multiplyAdd(oddFar, f32x4.splat(root), f32x4.mul(oddNear, f32x4.splat(halfRoot))));
  to += step;
  v128.store(to, multiplyAdd(evenFar, f32x4.splat(2), f32x4.mul(evenNear, f32x4.splat(0.5))));
  to += step;
  v128.store(to, multiplyAdd(oddFar, f32x4.splat(twoRoots), multiplyAdd(oddNear, f32x4.splat(quarterRoot), m4)));
}
