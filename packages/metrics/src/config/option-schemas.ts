import { v } from '@tintype/core-tensor';

/** A whole number of at least `minimum`. */
export const wholeFrom = (minimum: number) => v.pipe(v.number(), v.integer(), v.minValue(minimum));

/** How many neighbours; whoever uses it knows the default and the most that there can be. */
export const neighborOptions = v.strictObject({ neighbors: v.optional(wholeFrom(1)) });

/** What every bootstrap can be told; at least two resamples, a confidence between 0 and 1. */
export const bootstrapSettings = v.strictObject({
  resamples: v.optional(wholeFrom(2)),
  confidence: v.optional(v.pipe(v.number(), v.gtValue(0), v.ltValue(1))),
});

/** A part of a whole, 0 to 1. */
export const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

/** A finite number above 0. */
export const positive = v.pipe(v.number(), v.finite(), v.gtValue(0));
