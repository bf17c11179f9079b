import { multiplyAdd } from './vector';

// One-dimensional transforms of Winograd's F(4, 3): four outputs of a three-tap filter from six inputs with six
// products, by evaluating at 0, ±√½, ±√2 and ∞ (Lavin & Gray 2016, arXiv:1509.09308; these points keep float32's
// error within twice that of the direct sum, where 0, ±1, ±2 lose a digit). Each stores its results `step` apart.
// In two dimensions they run over columns, then rows:
//   output = Aᵀ [(G filter Gᵀ) ⊙ (Bᵀ input B)] A

const root: f32 = 1.4142135623730951;
const halfRoot: f32 = 0.7071067811865476;
const quarterRoot: f32 = 0.3535533905932738;
const twoRoots: f32 = 2.8284271247461903;

/** Bᵀ d: six inputs at the six points. */
// @ts-ignore: decorator
@inline
export function inputToPoints(d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128, to: usize, step: usize): void {
  const middle = f32x4.splat(-2.5);
  v128.store(to, f32x4.add(multiplyAdd(d2, middle, d0), d4));
  const minusTwo = f32x4.splat(-2);
  storePair(multiplyAdd(d2, minusTwo, d4), multiplyAdd(d1, minusTwo, d3), halfRoot, to + step, step);
  const minusHalf = f32x4.splat(-0.5);
  storePair(multiplyAdd(d2, minusHalf, d4), multiplyAdd(d1, minusHalf, d3), root, to + 3 * step, step);
  v128.store(to + 5 * step, f32x4.add(multiplyAdd(d3, middle, d1), d5));
}

/** even ± factor · odd: the values at a point and at its negative. */
// @ts-ignore: decorator
@inline
function storePair(even: v128, odd: v128, factor: f32, to: usize, step: usize): void {
  v128.store(to, multiplyAdd(odd, f32x4.splat(factor), even));
  v128.store(to + step, multiplyAdd(odd, f32x4.splat(-factor), even));
}

/** A y: four output gradients at the six points. */
// @ts-ignore: decorator
@inline
export function gradientToPoints(y0: v128, y1: v128, y2: v128, y3: v128, to: usize, step: usize): void {
  v128.store(to, y0);
  const half = f32x4.splat(0.5);
  const two = f32x4.splat(2);
  storePair(multiplyAdd(y2, half, y0), multiplyAdd(y3, half, y1), halfRoot, to + step, step);
  storePair(multiplyAdd(y2, two, y0), multiplyAdd(y3, two, y1), root, to + 3 * step, step);
  v128.store(to + 5 * step, y3);
}

/** G g: three filter taps at the six points. */
// @ts-ignore: decorator
@inline
export function filterToPoints(g0: v128, g1: v128, g2: v128, to: usize, step: usize): void {
  v128.store(to, g0);
  const near = f32x4.splat(-2.0 / 3.0);
  const far = f32x4.splat(1.0 / 6.0);
  const evenNear = f32x4.mul(multiplyAdd(g2, f32x4.splat(0.5), g0), near);
  const evenFar = f32x4.mul(multiplyAdd(g2, f32x4.splat(2), g0), far);
  storePair(evenNear, f32x4.mul(g1, near), halfRoot, to + step, step);
  storePair(evenFar, f32x4.mul(g1, far), root, to + 3 * step, step);
  v128.store(to + 5 * step, g2);
}

/** Gᵀ m: three filter taps from the six points. */
// @ts-ignore: decorator
@inline
export function pointsToFilter(m0: v128, m1: v128, m2: v128, m3: v128, m4: v128, m5: v128, to: usize, step: usize): void {
  const near = f32x4.mul(f32x4.add(m1, m2), f32x4.splat(-2.0 / 3.0));
  const far = f32x4.mul(f32x4.add(m3, m4), f32x4.splat(1.0 / 6.0));
  const oddNear = f32x4.mul(f32x4.sub(m1, m2), f32x4.splat((-2.0 / 3.0) * 0.7071067811865476));
  const oddFar = f32x4.mul(f32x4.sub(m3, m4), f32x4.splat((1.0 / 6.0) * 1.4142135623730951));
  v128.store(to, f32x4.add(m0, f32x4.add(near, far)));
  to += step;
  v128.store(to, f32x4.add(oddNear, oddFar));
  to += step;
  v128.store(to, multiplyAdd(near, f32x4.splat(0.5), multiplyAdd(far, f32x4.splat(2), m5)));
}

/** Aᵀ m: four outputs from the six points. */
// @ts-ignore: decorator
@inline
export function pointsToOutput(m0: v128, m1: v128, m2: v128, m3: v128, m4: v128, m5: v128, to: usize, step: usize): void {
  const evenNear = f32x4.add(m1, m2);
  const oddNear = f32x4.sub(m1, m2);
  const evenFar = f32x4.add(m3, m4);
  const oddFar = f32x4.sub(m3, m4);
  v128.store(to, f32x4.add(m0, f32x4.add(evenNear, evenFar)));
  to += step;
  v128.store(to, multiplyAdd(oddFar, f32x4.splat(root), f32x4.mul(oddNear, f32x4.splat(halfRoot))));
  to += step;
  v128.store(to, multiplyAdd(evenFar, f32x4.splat(2), f32x4.mul(evenNear, f32x4.splat(0.5))));
  to += step;
  v128.store(to, multiplyAdd(oddFar, f32x4.splat(twoRoots), multiplyAdd(oddNear, f32x4.splat(quarterRoot), m5)));
}
