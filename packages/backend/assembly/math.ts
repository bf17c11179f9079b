// Elementary functions of four float32 lanes. Each is within 3 units in the last place of the true value over the
// whole range, gives NaN for NaN and the right limits at ±∞; a lane never sees its neighbours. Polynomials are those of
// Cephes (Moshier, 1992). pmin and pmax keep a NaN in their first operand.
import { multiplyAdd } from './vector';

// @ts-ignore: decorator
@inline
function constant(value: f32): v128 {
  return f32x4.splat(value);
}

// @ts-ignore: decorator
@inline
const roundingMagic: f32 = 12582912; // 1.5·2²³: adding it rounds to a whole number, kept in the low bits
// @ts-ignore: decorator
@inline
const ln2High: f32 = 0.693359375;
// @ts-ignore: decorator
@inline
const ln2Low: f32 = -2.12194440e-4;

/** 2ⁿ for whole n in [-126, 127]. */
// @ts-ignore: decorator
@inline
function powerOfTwo(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

/** x·log₂e to the nearest whole number, plus the magic number. */
// @ts-ignore: decorator
@inline
function quotient(x: v128): v128 {
  return multiplyAdd(x, constant(1.44269504088896341), constant(roundingMagic));
}

/** x − n·ln 2. */
// @ts-ignore: decorator
@inline
function remainder(x: v128, n: v128): v128 {
  return multiplyAdd(n, constant(-ln2Low), multiplyAdd(n, constant(-ln2High), x));
}

/** eʳ − 1 for |r| ≤ ½·ln 2. */
// @ts-ignore: decorator
@inline
function smallExpm1(r: v128): v128 {
  let p = multiplyAdd(constant(1.9875691500e-4), r, constant(1.3981999507e-3));
  p = multiplyAdd(p, r, constant(8.3334519073e-3));
  p = multiplyAdd(p, r, constant(4.1665795894e-2));
  p = multiplyAdd(p, r, constant(1.6666665459e-1));
  p = multiplyAdd(p, r, constant(5.0000001201e-1));
  return multiplyAdd(p, f32x4.mul(r, r), r);
}

/** eˣ; 0 and ∞ where float32 ends, subnormal results included. */
// @ts-ignore: decorator
@inline
export function exp(value: v128): v128 {
  const x = f32x4.pmin(f32x4.pmax(value, constant(-104)), constant(89));
  const shifted = quotient(x);
  const p = f32x4.add(smallExpm1(remainder(x, f32x4.sub(shifted, constant(roundingMagic)))), constant(1));
  const n = i32x4.sub(shifted, constant(roundingMagic));
  // In two factors, for n reaches from -150 to 128.
  const half = i32x4.shr_s(n, 1);
  return f32x4.mul(f32x4.mul(p, powerOfTwo(half)), powerOfTwo(i32x4.sub(n, half)));
}

/** eˣ where nothing depends on its ends: as if x were clamped to [-87, 88], in fewer steps. NaN for NaN. */
// @ts-ignore: decorator
@inline
export function boundedExp(value: v128): v128 {
  const x = f32x4.pmin(f32x4.pmax(value, constant(-87)), constant(88));
  const shifted = quotient(x);
  const p = f32x4.add(smallExpm1(remainder(x, f32x4.sub(shifted, constant(roundingMagic)))), constant(1));
  return f32x4.mul(p, powerOfTwo(i32x4.sub(shifted, constant(roundingMagic))));
}

/** eˣ for x ≤ 0 in fewer steps; 0 below -87. */
// @ts-ignore: decorator
@inline
export function decayingExp(value: v128): v128 {
  const x = f32x4.pmax(value, constant(-87));
  const shifted = quotient(x);
  const p = f32x4.add(smallExpm1(remainder(x, f32x4.sub(shifted, constant(roundingMagic)))), constant(1));
  const power = f32x4.mul(p, powerOfTwo(i32x4.sub(shifted, constant(roundingMagic))));
  return v128.andnot(power, f32x4.lt(value, constant(-87)));
}

/** eˣ − 1 without cancellation. */
// @ts-ignore: decorator
@inline
export function expm1(value: v128): v128 {
  const x = f32x4.pmin(f32x4.pmax(value, constant(-60)), constant(89));
  const shifted = quotient(x);
  const q = smallExpm1(remainder(x, f32x4.sub(shifted, constant(roundingMagic))));
  // Half of 2ⁿ·(q + 1) − 1, for n reaches 128.
  const n = i32x4.sub(shifted, constant(roundingMagic));
  const half = powerOfTwo(i32x4.sub(n, i32x4.splat(1)));
  const result = multiplyAdd(half, q, f32x4.sub(half, constant(0.5)));
  const doubled = f32x4.add(result, result);
  // Keeps -0, which the sum loses.
  return v128.bitselect(value, doubled, f32x4.eq(value, constant(0)));
}

/** ln m + e·ln 2 for m in [√½, √2]. */
// @ts-ignore: decorator
@inline
function logOfParts(m: v128, e: v128): v128 {
  const f = f32x4.sub(m, constant(1));
  const z = f32x4.mul(f, f);
  let p = multiplyAdd(constant(7.0376836292e-2), f, constant(-1.1514610310e-1));
  p = multiplyAdd(p, f, constant(1.1676998740e-1));
  p = multiplyAdd(p, f, constant(-1.2420140846e-1));
  p = multiplyAdd(p, f, constant(1.4249322787e-1));
  p = multiplyAdd(p, f, constant(-1.6668057665e-1));
  p = multiplyAdd(p, f, constant(2.0000714765e-1));
  p = multiplyAdd(p, f, constant(-2.4999993993e-1));
  p = multiplyAdd(p, f, constant(3.3333331174e-1));
  let y = multiplyAdd(e, constant(ln2Low), f32x4.mul(f32x4.mul(f, z), p));
  y = f32x4.add(f, multiplyAdd(z, constant(-0.5), y));
  return multiplyAdd(e, constant(ln2High), y);
}

/** ln x; -∞ at 0, NaN below. */
// @ts-ignore: decorator
@inline
export function log(x: v128): v128 {
  const isSubnormal = f32x4.lt(x, constant(1.1754943508e-38));
  const scaled = v128.bitselect(f32x4.mul(x, constant(8388608)), x, isSubnormal);
  // x = 2ᵉ·m with m in [√½, √2): bits above √½ count into e.
  const offset = i32x4.sub(scaled, i32x4.splat(0x3f3504f3));
  const exponent = i32x4.shr_s(offset, 23);
  const m = i32x4.sub(scaled, i32x4.shl(exponent, 23));
  const e = f32x4.sub(f32x4.convert_i32x4_s(exponent), v128.and(isSubnormal, constant(23)));
  const y = logOfParts(m, e);
  const isOrdinary = v128.and(f32x4.gt(x, constant(0)), f32x4.lt(x, constant(Infinity)));
  // 0 → -∞, ∞ → ∞, NaN → NaN, below 0 → NaN
  const atZero = v128.bitselect(constant(-Infinity), f32x4.sqrt(x), f32x4.eq(x, constant(0)));
  return v128.bitselect(y, atZero, isOrdinary);
}

/** ln(1 + x) for x in [0, 1], exact for tiny x. */
// @ts-ignore: decorator
@inline
export function log1pOfUnit(x: v128): v128 {
  const u = f32x4.add(x, constant(1));
  const lost = f32x4.sub(x, f32x4.sub(u, constant(1)));
  const isLarge = f32x4.gt(u, constant(1.41421356));
  const m = v128.bitselect(f32x4.mul(u, constant(0.5)), u, isLarge);
  return f32x4.add(logOfParts(m, v128.and(isLarge, constant(1))), f32x4.div(lost, u));
}

/** 1 / (1 + e⁻ˣ). */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  // e^-|x| is at most 1, so that neither side overflows.
  const e = exp(f32x4.neg(f32x4.abs(x)));
  const numerator = v128.bitselect(e, constant(1), f32x4.lt(x, constant(0)));
  return f32x4.div(numerator, f32x4.add(e, constant(1)));
}

/** ln(1 + eˣ). */
// @ts-ignore: decorator
@inline
export function softplus(x: v128): v128 {
  const e = exp(f32x4.neg(f32x4.abs(x)));
  return f32x4.add(f32x4.pmax(x, constant(0)), log1pOfUnit(e));
}

// @ts-ignore: decorator
@inline
export function tanh(x: v128): v128 {
  const magnitude = f32x4.abs(x);
  // 1 − 2 / (e^2|x| + 1)
  const grown = f32x4.add(exp(f32x4.add(magnitude, magnitude)), constant(1));
  const far = f32x4.sub(constant(1), f32x4.div(constant(2), grown));
  const z = f32x4.mul(x, x);
  let p = multiplyAdd(constant(-5.70498872745e-3), z, constant(2.06390887954e-2));
  p = multiplyAdd(p, z, constant(-5.37397155531e-2));
  p = multiplyAdd(p, z, constant(1.33314422036e-1));
  p = multiplyAdd(p, z, constant(-3.33332819422e-1));
  const near = multiplyAdd(f32x4.mul(p, z), magnitude, magnitude);
  const value = v128.bitselect(near, far, f32x4.lt(magnitude, constant(0.625)));
  const sign = i32x4.splat(0x80000000);
  return v128.bitselect(x, value, sign);
}
