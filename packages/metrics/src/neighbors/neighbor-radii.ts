import { TintypeError } from '@tintype/core-tensor';
import { squaredDistances } from '../distances/squared-distances.ts';
import type { Features } from '../features/features.ts';

const blockRows = 512;

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
  const { count } = features;
  const nearest = new Float64Array(count * neighbors).fill(Number.POSITIVE_INFINITY); // ascending in each row
  const take = (row: number, distance: number): void => {
    if (distance < nearest[(row + 1) * neighbors - 1]!) insert(nearest, row * neighbors, neighbors, distance);
  };
  // Blocks of rows against the blocks from themselves on: each pair is measured once and tells both its rows.
  for (let first = 0; first < count; first += blockRows) {
    const block = blockOf(features, first);
    for (let firstOther = first; firstOther < count; firstOther += blockRows) {
      squaredDistances(block, blockOf(features, firstOther), (row, distances) => {
        const start = first === firstOther ? row + 1 : 0;
        for (let other = start; other < distances.length; other++) {
          take(first + row, distances[other]!);
          take(firstOther + other, distances[other]!);
        }
      });
    }
  }
  return Float64Array.from({ length: count }, (_, row) => nearest[(row + 1) * neighbors - 1]!);
}

function blockOf({ count, dimension, values }: Features, first: number): Features {
  const rows = Math.min(blockRows, count - first);
  return { count: rows, dimension, values: values.subarray(first * dimension, (first + rows) * dimension) };
}

/** Puts a value that is below the last of a row into its place; the last drops out. */
function insert(ascending: Float64Array, first: number, length: number, value: number): void {
  let place = first + length - 1;
  for (; place > first && ascending[place - 1]! > value; place--) ascending[place] = ascending[place - 1]!;
  ascending[place] = value;
}
