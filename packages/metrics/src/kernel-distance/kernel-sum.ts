import type { Features } from '../features/features.ts';

/**
 * Σᵢⱼ (xᵢ · yⱼ / d + 1)³ over all pairs of rows, float64; without the pairs i = j where `skipDiagonal` says
 * so (for a set against itself).
 */
export function kernelSum(a: Features, b: Features, { skipDiagonal }: { skipDiagonal: boolean }): number {
  const { dimension } = a;
  // Rows of 0 fill up the last four; their sums are not added.
  const rows = new Float64Array(Math.ceil(a.count / 4) * 4 * dimension);
  rows.set(a.values);
  const others = Float64Array.from(b.values);
  const dots = new Float64Array(4);
  let sum = 0;
  for (let row = 0; row < a.count; row += 4) {
    // Each group adds up by itself: a long chain of small terms on a large sum would round them away.
    let groupSum = 0;
    for (let column = 0; column < b.count; column++) {
      fourDots(rows, row * dimension, others, column * dimension, dimension, dots);
      for (let k = 0; k < 4 && row + k < a.count; k++) {
        if (skipDiagonal && row + k === column) continue;
        groupSum += (dots[k]! / dimension + 1) ** 3;
      }
    }
    sum += groupSum;
  }
  return sum;
}

/** Products of four rows, one after the other from `start`, with one other row: each of its numbers is read once. */
function fourDots(
  rows: Float64Array,
  start: number,
  others: Float64Array,
  otherStart: number,
  dimension: number,
  dots: Float64Array,
): void {
  const start1 = start + dimension;
  const start2 = start1 + dimension;
  const start3 = start2 + dimension;
  let [dot0, dot1, dot2, dot3] = [0, 0, 0, 0];
  for (let k = 0; k < dimension; k++) {
    const value = others[otherStart + k]!;
    dot0 += rows[start + k]! * value;
    dot1 += rows[start1 + k]! * value;
    dot2 += rows[start2 + k]! * value;
    dot3 += rows[start3 + k]! * value;
  }
  dots[0] = dot0;
  dots[1] = dot1;
  dots[2] = dot2;
  dots[3] = dot3;
}
