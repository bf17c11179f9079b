import type { Features } from './features.ts';

/** Rows of a set, in the order named; a row may be named more than once. Indices are whole numbers below its count. */
export function selectRows({ dimension, values }: Features, indices: ArrayLike<number>): Features {
  const Values = values instanceof Float64Array ? Float64Array : Float32Array;
  const selected = new Values(indices.length * dimension);
  for (let row = 0; row < indices.length; row++) {
    const start = indices[row]! * dimension;
    selected.set(values.subarray(start, start + dimension), row * dimension);
  }
  return { count: indices.length, dimension, values: selected };
}
