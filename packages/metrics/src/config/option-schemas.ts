import { v } from '@tintype/core-tensor';

/** A whole number of at least `minimum`. */
export const wholeFrom = (minimum: number) => v.pipe(v.number(), v.integer(), v.minValue(minimum));

/** A part of a whole, 0 to 1. */
export const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

/** A finite number above 0. */
export const positive = v.pipe(v.number(), v.finite(), v.gtValue(0));
