// Chebyshev fits, rounded to float32 so that every backend starts from the same numbers; evaluated by Horner's
// rule, highest degree first: in float64 on cpu and wasm, in float32 on WebGPU.

/** (ln(1+f) − f + f²/2) / f³ on [√½ − 1, √2 − 1]; error of ln 1.1e-8. */
export const logCoefficients: readonly number[] = [
  0.333333283662796, -0.25000298023223877, 0.20001468062400818, -0.16642247140407562, 0.14202174544334412,
  -0.12972238659858704, 0.12712307274341583, -0.08101558685302734,
].map(Math.fround);

/** sin(πy/2) / y in powers of y² for |y| ≤ ½; error of the sine 2.4e-9. */
export const sineCoefficients: readonly number[] = [
  1.5707963705062866, -0.6459634900093079, 0.07968021929264069, -0.004602163098752499,
].map(Math.fround);

/** (cos(πy/2) − 1) / y² in powers of y² for |y| ≤ ½; error of the cosine 1.9e-10. */
export const cosineCoefficients: readonly number[] = [
  -1.2337005138397217, 0.253669410943985, -0.02086152881383896, 0.0009067417122423649,
].map(Math.fround);

/** ln 2 in two parts; products of the first with integers below 64 are exact in float32. */
export const ln2High = 0.693359375;
export const ln2Low = Math.fround(-2.1219444005469e-4);

/** The mantissa fraction above which 1.fraction exceeds √2, in units of 2⁻²³. */
export const sqrtTwoFraction = 3474675;
