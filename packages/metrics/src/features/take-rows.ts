import { assertLabels } from '@tintype/core-tensor';
import type { Features } from './features.ts';

/**
 * The rows at these indices, in this order, as a copy; an index may come more than once.
 * @throws TintypeError `E_LABEL` for an index that is no row
 */
export function takeRows({ count, dimension, values }: Features, indices: ArrayLike<number>): Features {
  assertLabels(indices, count, 'takeRows.indices');
  const taken =
    values instanceof Float64Array
      ? new Float64Array(indices.length * dimension)
      : new Float32Array(indices.length * dimension);
  for (let row = 0; row < indices.length; row++) {
    const start = indices[row]! * dimension;
    taken.set(values.subarray(start, start + dimension), row * dimension);
  }
  return { count: indices.length, dimension, values: taken };
}
