import { squaredDistances } from '../distances/squared-distances.ts';
import type { Features } from '../features/features.ts';

export interface NearestRows {
  /** Row of `others` that is nearest to each row, the first of equally near ones; int32 [count]. */
  readonly nearest: Int32Array;
  /** Euclidean distance to it, float64 [count]. */
  readonly distances: Float64Array;
}

/** The nearest other row of each row. Throws as `squaredDistances` does. */
export function nearestRows(rows: Features, others: Features): NearestRows {
  const nearest = new Int32Array(rows.count);
  const distances = new Float64Array(rows.count);
  squaredDistances(rows, others, (row, squares) => {
    let best = 0;
    for (let other = 1; other < squares.length; other++) if (squares[other]! < squares[best]!) best = other;
    nearest[row] = best;
    distances[row] = Math.sqrt(squares[best]!);
  });
  return { nearest, distances };
}
