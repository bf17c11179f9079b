import { assertFeatures } from '../features/assert-features.ts';
import type { Features } from '../features/features.ts';

const rowsAtOnce = 16;
const tileValues = 16_384;

/**
 * Squared Euclidean distances of each row of `a` to all rows of `b`, row by row in order, in float64 from the
 * differences: a row has distance 0 exactly to its copy, and (i, j) equals (j, i) bit for bit. `visit` borrows
 * `distances` [b.count] for the call; it may overwrite it, and must copy what it keeps. Holds 16 rows of distances and
 * a tile of `b`, whatever the sizes.
 * @throws TintypeError `E_SHAPE`, `E_DATA` for an empty set or a value that is not finite
 */
export function squaredDistances(
  a: Features,
  b: Features,
  visit: (rowOfA: number, distances: Float64Array) => void,
): void {
  assertFeatures(a, 'squaredDistances: a');
  assertFeatures(b, 'squaredDistances: b', { dimension: a.dimension });
  const { dimension } = a;
  const tileRows = Math.max(1, Math.floor(tileValues / dimension));
  const rows = new Float64Array(rowsAtOnce * dimension);
  const tile = new Float64Array(tileRows * dimension);
  const distances = Array.from({ length: rowsAtOnce }, () => new Float64Array(b.count));

  for (let firstRow = 0; firstRow < a.count; firstRow += rowsAtOnce) {
    const rowCount = Math.min(rowsAtOnce, a.count - firstRow);
    rows.set(a.values.subarray(firstRow * dimension, (firstRow + rowCount) * dimension));
    for (let firstColumn = 0; firstColumn < b.count; firstColumn += tileRows) {
      const columnCount = Math.min(tileRows, b.count - firstColumn);
      tile.set(b.values.subarray(firstColumn * dimension, (firstColumn + columnCount) * dimension));
      for (let row = 0; row < rowCount; row += 4) {
        fourRows({ rows, row, dimension, tile, columnCount, distances, firstColumn });
      }
    }
    for (let row = 0; row < rowCount; row++) visit(firstRow + row, distances[row]!);
  }
}

interface FourRows {
  readonly rows: Float64Array;
  readonly row: number;
  readonly dimension: number;
  readonly tile: Float64Array;
  readonly columnCount: number;
  readonly distances: readonly Float64Array[];
  readonly firstColumn: number;
}

/** Each number of the tile is read once for four rows; what rows beyond the last give is never visited. */
function fourRows({ rows, row, dimension, tile, columnCount, distances, firstColumn }: FourRows): void {
  const start0 = row * dimension;
  const start1 = start0 + dimension;
  const start2 = start1 + dimension;
  const start3 = start2 + dimension;
  const [out0, out1, out2, out3] = [
    distances[row]!,
    distances[row + 1]!,
    distances[row + 2]!,
    distances[row + 3]!,
  ];
  for (let column = 0; column < columnCount; column++) {
    const start = column * dimension;
    let sum0 = 0;
    let sum1 = 0;
    let sum2 = 0;
    let sum3 = 0;
    for (let k = 0; k < dimension; k++) {
      const value = tile[start + k]!;
      const difference0 = rows[start0 + k]! - value;
      const difference1 = rows[start1 + k]! - value;
      const difference2 = rows[start2 + k]! - value;
      const difference3 = rows[start3 + k]! - value;
      sum0 += difference0 * difference0;
      sum1 += difference1 * difference1;
      sum2 += difference2 * difference2;
      sum3 += difference3 * difference3;
    }
    out0[firstColumn + column] = sum0;
    out1[firstColumn + column] = sum1;
    out2[firstColumn + column] = sum2;
    out3[firstColumn + column] = sum3;
  }
}
