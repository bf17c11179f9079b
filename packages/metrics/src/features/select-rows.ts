import { assertLabels } from '@tintype/core-tensor';
import type { Features } from './features.ts';

/**
 * Rows of a set as a copy, in the order named; a row may be named more than once.
 * @throws TintypeError `E_LABEL` for an index that is no row
 */
export function selectRows({ count, dimension, values }: Features, indices: ArrayLike<number>): Features {
  assertLabels(indices, count, 'selectRows: indices');
  const Values = values instanceof Float64Array ? Float64Array : Float32Array;
  const selected = new Values(indices.length * dimension);
  for (let row = 0; row < indices.length; row++) {
    const start = indices[row]! * dimension;
    selected.set(values.subarray(start, start + dimension), row * dimension);
  }
  return { count: indices.length, dimension, values: selected };
}
