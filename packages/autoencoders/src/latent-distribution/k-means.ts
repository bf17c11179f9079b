import type { RandomStream } from '@tintype/core-tensor';
import type { CodeRows } from './code-rows.ts';

const rounds = 10;

/**
 * The nearest of `clusters` centres for each code. Centres start by k-means++ (Arthur and Vassilvitskii 2007: each next
 * one is a code drawn in proportion to its squared distance from those before) and move ten times to their codes' mean.
 */
export async function kMeans(
  { rows, latentDim }: CodeRows,
  clusters: number,
  rng: RandomStream,
): Promise<Int32Array> {
  const drawn = rng.uniform([clusters]);
  const u = await drawn.data();
  drawn.dispose();

  const centres = [rows[Math.min(rows.length - 1, Math.floor(u[0]! * rows.length))]!];
  const distances = Float64Array.from(rows, (code) => squaredDistance(code, centres[0]!));
  for (let k = 1; k < clusters; k++) {
    const centre = rows[indexAtShare(distances, u[k]!)]!;
    centres.push(centre);
    rows.forEach((code, n) => {
      distances[n] = Math.min(distances[n]!, squaredDistance(code, centre));
    });
  }

  let nearest = assign(rows, centres);
  for (let round = 0; round < rounds; round++) {
    moveToMeans(rows, nearest, centres, latentDim);
    nearest = assign(rows, centres);
  }
  return nearest;
}

/** The first index up to which the values sum to more than this share of their total. */
function indexAtShare(values: Float64Array, share: number): number {
  let left = share * values.reduce((sum, value) => sum + value, 0);
  const index = values.findIndex((value) => {
    left -= value;
    return left < 0;
  });
  return index < 0 ? values.length - 1 : index;
}

function assign(rows: readonly Float64Array[], centres: readonly Float64Array[]): Int32Array {
  return Int32Array.from(rows, (code) => {
    const distances = centres.map((centre) => squaredDistance(code, centre));
    return distances.indexOf(Math.min(...distances));
  });
}

/** A centre without codes stays where it is. */
function moveToMeans(
  rows: readonly Float64Array[],
  nearest: Int32Array,
  centres: Float64Array[],
  latentDim: number,
): void {
  const sums = centres.map(() => new Float64Array(latentDim));
  const counts = new Float64Array(centres.length);
  rows.forEach((code, n) => {
    const k = nearest[n]!;
    counts[k]! += 1;
    for (let i = 0; i < latentDim; i++) sums[k]![i]! += code[i]!;
  });
  sums.forEach((sum, k) => {
    if (counts[k]! > 0) centres[k] = sum.map((value) => value / counts[k]!);
  });
}

function squaredDistance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum;
}
