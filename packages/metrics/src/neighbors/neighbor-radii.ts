import { TintypeError } from '@tintype/core-tensor';
import { squaredDistances } from '../distances/squared-distances.ts';
import type { Features } from '../features/features.ts';

/**
 * Squared distance of each row to its k-th nearest other row, float64 [count]. A duplicate is another row, at distance 0.
 * @throws TintypeError `E_CONFIG` unless k is a whole number from 1 to count − 1; `E_SHAPE`, `E_DATA`
 */
export function neighborRadii(features: Features, neighbors: number, where: string): Float64Array {
  if (!Number.isInteger(neighbors) || neighbors < 1 || neighbors >= features.count) {
    throw new TintypeError('E_CONFIG', {
      where,
      what: `each of ${features.count} rows needs so many other rows as neighbours`,
      got: neighbors,
      expected: `a whole number from 1 to ${features.count - 1}`,
    });
  }
  const radii = new Float64Array(features.count);
  const nearest = new Float64Array(neighbors); // ascending
  squaredDistances(features, features, (row, distances) => {
    distances[row] = Number.POSITIVE_INFINITY;
    nearest.fill(Number.POSITIVE_INFINITY);
    for (let other = 0; other < distances.length; other++) {
      const distance = distances[other]!;
      if (distance < nearest[neighbors - 1]!) insert(nearest, distance);
    }
    radii[row] = nearest[neighbors - 1]!;
  });
  return radii;
}

/** Puts a value that is below the last into its place; the last drops out. */
function insert(ascending: Float64Array, value: number): void {
  let place = ascending.length - 1;
  for (; place > 0 && ascending[place - 1]! > value; place--) ascending[place] = ascending[place - 1]!;
  ascending[place] = value;
}
