// Two normals from two words in float64, bit for bit as src/random/box-muller.ts: the same coefficients, and no product
// is fused with a sum. Two pairs at once.

/** The 23 bits behind the leading one of u. */
// @ts-ignore: decorator
@inline
function mantissaOf(bits: i32, leadingZeros: i32): i32 {
  return (((bits << leadingZeros) << 1) | (1 << leadingZeros)) >>> 9;
}

/** √(−2 ln u) needs ln u = ln(1 + f) − k·ln 2. This gives f; nothing branches, for nothing could be foretold. */
// @ts-ignore: decorator
@inline
function fractionOf(mantissa: i32): f64 {
  const isUpper = i32(mantissa > 3474675);
  return <f64>(2 * mantissa + 1 - (isUpper << 24)) * 5.9604644775390625e-8 * (1 - 0.5 * <f64>isUpper);
}

/** And this k. */
// @ts-ignore: decorator
@inline
function exponentOf(mantissa: i32, leadingZeros: i32): f64 {
  return <f64>(leadingZeros + 1 - i32(mantissa > 3474675));
}

// @ts-ignore: decorator
@inline
function quadrantOf(bits: i32): i32 {
  return ((bits + 0x20000000) >>> 30) & 3;
}

/** θ = (quadrant + y)·π/2. */
// @ts-ignore: decorator
@inline
function angleOf(bits: i32): f64 {
  const residual = bits - (quadrantOf(bits) << 30);
  return <f64>(2 * (residual >> 6) + 1) * 2.98023223876953125e-8;
}

// @ts-ignore: decorator
@inline
function pair(first: f64, second: f64): v128 {
  return f64x2.replace_lane(f64x2.splat(first), 1, second);
}

// @ts-ignore: decorator
@inline
function step(sum: v128, x: v128, coefficient: f32): v128 {
  return f64x2.add(f64x2.mul(sum, x), f64x2.splat(<f64>coefficient));
}

// @ts-ignore: decorator
@inline
function radii(f: v128, k: v128): v128 {
  let q = f64x2.splat(<f64>(<f32>-0.08101558685302734));
  q = step(q, f, 0.12712307274341583);
  q = step(q, f, -0.12972238659858704);
  q = step(q, f, 0.14202174544334412);
  q = step(q, f, -0.16642247140407562);
  q = step(q, f, 0.20001468062400818);
  q = step(q, f, -0.25000298023223877);
  q = step(q, f, 0.333333283662796);
  const square = f64x2.mul(f, f);
  const cubic = f64x2.mul(f64x2.mul(square, f), q);
  const log = f64x2.add(f, f64x2.sub(cubic, f64x2.mul(f64x2.splat(0.5), square)));
  const ln2 = <f64>(<f32>0.693359375) + <f64>(<f32>-2.1219444005469e-4);
  return f64x2.sqrt(f64x2.mul(f64x2.splat(2), f64x2.sub(f64x2.mul(k, f64x2.splat(ln2)), log)));
}

/** All bits of a lane where `bit` (0 or 1) is set. */
// @ts-ignore: decorator
@inline
function masks(first: i32, second: i32): v128 {
  return i64x2.replace_lane(i64x2.splat(-(<i64>first)), 1, -(<i64>second));
}

// @ts-ignore: decorator
@inline
function negatedWhere(x: v128, first: i32, second: i32): v128 {
  return v128.xor(x, i64x2.shl(masks(first, second), 63));
}

/** Turns the words of two blocks at `at` into four normals, in place. */
export function boxMullerTwice(at: usize): void {
  const firstRadius = load<i32>(at);
  const firstAngle = load<i32>(at, 4);
  const secondRadius = load<i32>(at, 8);
  const secondAngle = load<i32>(at, 12);
  const firstZeros = clz(firstRadius);
  const secondZeros = clz(secondRadius);
  const firstMantissa = mantissaOf(firstRadius, firstZeros);
  const secondMantissa = mantissaOf(secondRadius, secondZeros);
  const r = radii(
    pair(fractionOf(firstMantissa), fractionOf(secondMantissa)),
    pair(exponentOf(firstMantissa, firstZeros), exponentOf(secondMantissa, secondZeros)),
  );
  const y = pair(angleOf(firstAngle), angleOf(secondAngle));
  const z = f64x2.mul(y, y);
  let sine = f64x2.splat(<f64>(<f32>-0.004602163098752499));
  sine = step(sine, z, 0.07968021929264069);
  sine = step(sine, z, -0.6459634900093079);
  sine = f64x2.mul(y, step(sine, z, 1.5707963705062866));
  let cosine = f64x2.splat(<f64>(<f32>0.0009067417122423649));
  cosine = step(cosine, z, -0.02086152881383896);
  cosine = step(cosine, z, 0.253669410943985);
  cosine = step(cosine, z, -1.2337005138397217);
  cosine = f64x2.add(f64x2.splat(1), f64x2.mul(z, cosine));
  const bySine = f64x2.mul(r, sine);
  const byCosine = f64x2.mul(r, cosine);
  const first = quadrantOf(firstAngle);
  const second = quadrantOf(secondAngle);
  const isSwapped = masks(first & 1, second & 1);
  const x0 = v128.bitselect(bySine, byCosine, isSwapped);
  const x1 = v128.bitselect(byCosine, bySine, isSwapped);
  // cos θ is below 0 in quadrants 1 and 2, sin θ in 2 and 3.
  const even = f32x4.demote_f64x2_zero(negatedWhere(x0, ((first + 1) >> 1) & 1, ((second + 1) >> 1) & 1));
  const odd = f32x4.demote_f64x2_zero(negatedWhere(x1, first >> 1, second >> 1));
  v128.store(at, v128.shuffle<i32>(even, odd, 0, 4, 1, 5));
}
