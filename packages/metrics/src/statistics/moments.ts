import type { Features } from '../features/features.ts';

/** What statistics add up from. */
export interface Moments {
  count: number;
  /** [dimension]. */
  readonly mean: Float64Array;
  /** Σ (x − mean)(x − mean)ᵀ [dimension · dimension]; the upper triangle only. */
  readonly scatter: Float64Array;
}

/** Of no rows. */
export function emptyMoments(dimension: number): Moments {
  return { count: 0, mean: new Float64Array(dimension), scatter: new Float64Array(dimension ** 2) };
}

/** Of rows `first … first + rows − 1`. */
export function momentsOf({ values, dimension }: Features, first: number, rows: number): Moments {
  const { mean, scatter } = emptyMoments(dimension);
  // Rows up to the next multiple of four are 0 and add nothing.
  const centered = new Float64Array(Math.ceil(rows / 4) * 4 * dimension);
  centered.set(values.subarray(first * dimension, (first + rows) * dimension));
  for (let at = 0; at < rows * dimension; at++) mean[at % dimension]! += centered[at]!;
  for (let i = 0; i < dimension; i++) mean[i]! /= rows;
  for (let at = 0; at < rows * dimension; at++) centered[at]! -= mean[at % dimension]!;
  for (let row0 = 0; row0 < centered.length; row0 += 4 * dimension) {
    addProducts(scatter, centered, row0, dimension);
  }
  return { count: rows, mean, scatter };
}

/** S ← S + S′ + n·n′/(n + n′) δδᵀ with δ = mean′ − mean; changes the first. */
export function joinMoments(total: Moments, other: Moments): void {
  const dimension = total.mean.length;
  const count = total.count + other.count;
  const weight = (total.count * other.count) / count;
  const delta = other.mean.map((value, i) => value - total.mean[i]!);
  for (let i = 0; i < dimension; i++) {
    const scaled = weight * delta[i]!;
    for (let j = i, at = i * dimension + i; j < dimension; j++, at++) {
      total.scatter[at]! += other.scatter[at]! + scaled * delta[j]!;
    }
    total.mean[i]! += (delta[i]! * other.count) / count;
  }
  total.count = count;
}

/** Adds the products of four rows: each sum is read and written once for the four. */
function addProducts(scatter: Float64Array, rows: Float64Array, row0: number, dimension: number): void {
  const row1 = row0 + dimension;
  const row2 = row1 + dimension;
  const row3 = row2 + dimension;
  for (let i = 0; i < dimension; i++) {
    const a = rows[row0 + i]!;
    const b = rows[row1 + i]!;
    const c = rows[row2 + i]!;
    const d = rows[row3 + i]!;
    const at = i * dimension;
    for (let j = i; j < dimension; j++) {
      scatter[at + j]! +=
        a * rows[row0 + j]! + b * rows[row1 + j]! + c * rows[row2 + j]! + d * rows[row3 + j]!;
    }
  }
}
