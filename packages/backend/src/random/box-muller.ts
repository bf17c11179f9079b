import {
  cosineCoefficients,
  ln2High,
  ln2Low,
  logCoefficients,
  sineCoefficients,
  sqrtTwoFraction,
} from './box-muller-coefficients.ts';

// Constants of their own, so that the compiler sees numbers and not array reads.
const [l0, l1, l2, l3, l4, l5, l6, l7] = logCoefficients as Eight;
const [s0, s1, s2, s3] = sineCoefficients as Four;
const [c0, c1, c2, c3] = cosineCoefficients as Four;
type Four = readonly [number, number, number, number];
type Eight = readonly [number, number, number, number, number, number, number, number];

/**
 * Box–Muller: two independent N(0, 1) values from two words, r·cos θ to `out[0]` and r·sin θ to `out[1]`, with
 * u the middle of the 24-bit float32 interval that holds (2·radiusBits + 1) / 2³³, r = √(−2 ln u) ≤ 6.77 and θ = 2π·angleBits / 2³².
 * Only +, × and √ of float64 in a fixed order, rounded once to float32: every JavaScript engine gives these bits.
 * `Math.log` and `Math.sin` would not.
 */
export function boxMuller(radiusBits: number, angleBits: number, out: Float32Array): void {
  const r = radius(radiusBits);

  // θ = (quadrant + y)·π/2 with y in (−½, ½)
  const quadrant = ((angleBits + 0x20000000) >>> 30) & 3;
  const residual = (angleBits - (quadrant << 30)) | 0;
  const y = (2 * (residual >> 6) + 1) * 2 ** -25;
  const z = y * y;
  const sine = y * (((s3 * z + s2) * z + s1) * z + s0);
  const cosine = 1 + z * (((c3 * z + c2) * z + c1) * z + c0);

  const isSwapped = (quadrant & 1) === 1;
  const x0 = r * (isSwapped ? sine : cosine);
  const x1 = r * (isSwapped ? cosine : sine);
  out[0] = quadrant === 1 || quadrant === 2 ? -x0 : x0;
  out[1] = quadrant >= 2 ? -x1 : x1;
}

/** √(−2 ln u). */
function radius(bits: number): number {
  // u = (1 + (2·fraction + 1)·2⁻²⁴)·2^−(leadingZeros + 1); ln u = ln(1 + f) − k·ln 2 with 1 + f in [√½, √2]
  const leadingZeros = Math.clz32(bits);
  const fraction = (((bits << leadingZeros) << 1) | (1 << leadingZeros)) >>> 9;
  const isUpper = fraction > sqrtTwoFraction;
  const f = isUpper ? (2 * fraction + 1 - 0x1000000) * 2 ** -25 : (2 * fraction + 1) * 2 ** -24;
  const k = isUpper ? leadingZeros : leadingZeros + 1;
  const q = ((((((l7 * f + l6) * f + l5) * f + l4) * f + l3) * f + l2) * f + l1) * f + l0;
  const log = f + (f * f * f * q - 0.5 * (f * f));
  return Math.sqrt(2 * (k * (ln2High + ln2Low) - log));
}
