import { createRandomStream, TintypeError } from '@tintype/core-tensor';
import { expect, test } from 'vitest';
import { drawFeatures, featuresOf } from '../features/drawn-features.test-support.ts';
import type { Features } from '../features/features.ts';
import { nearestIndices } from './nearest-indices.ts';
import { squaredDistances } from './squared-distances.ts';

function matrixOf(a: Features, b: Features): number[][] {
  const matrix: number[][] = [];
  squaredDistances(a, b, (row, distances) => {
    expect(row).toBe(matrix.length);
    matrix.push([...distances]);
  });
  return matrix;
}

test.each([
  [17, 23, 1],
  [33, 41, 7],
  [5, 3, 9000],
])('%d by %d rows of %d equal the sums written out, across blocks and tiles', async (n, m, dimension) => {
  const a = await drawFeatures({ count: n, dimension, seed: 'a' });
  const b = await drawFeatures({ count: m, dimension, seed: 'b' });
  const matrix = matrixOf(a, b);
  const transposed = matrixOf(b, a);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      let sum = 0;
      for (let k = 0; k < dimension; k++) {
        sum += (a.values[i * dimension + k]! - b.values[j * dimension + k]!) ** 2;
      }
      expect(matrix[i]![j]).toBe(sum);
      expect(transposed[j]![i]).toBe(sum);
    }
  }
});

test('a copy has distance 0 and nothing else has', async () => {
  const a = await drawFeatures({ count: 20, dimension: 6, seed: 1 });
  matrixOf(a, { ...a, values: a.values.slice() }).forEach((row, i) => {
    expect(row.flatMap((distance, j) => (distance === 0 ? [j] : []))).toEqual([i]);
  });
});

test('what float32 cannot tell apart, float64 rows do', () => {
  const [near, far] = [featuresOf([[1]]), featuresOf([[1 + 1e-12]])];
  expect(matrixOf(near, far)[0]![0]).toBeCloseTo(1e-24, 27);
  expect(
    matrixOf({ ...near, values: Float32Array.of(1) }, { ...far, values: Float32Array.of(1 + 1e-12) }),
  ).toEqual([[0]]);
});

test('sets that do not fit are refused before the first visit', () => {
  const good = featuresOf([[0, 1]]);
  const refusal = (a: Features, b: Features): unknown => {
    try {
      squaredDistances(a, b, () => expect.unreachable());
    } catch (error) {
      return error instanceof TintypeError ? error.code : error;
    }
    return 'none';
  };
  expect(refusal(good, featuresOf([[0]]))).toBe('E_SHAPE');
  expect(refusal(good, { ...good, count: 2 })).toBe('E_SHAPE');
  expect(refusal(good, { count: 0, dimension: 2, values: new Float32Array(0) })).toBe('E_DATA');
  expect(refusal(featuresOf([[0, Number.NaN]]), good)).toBe('E_DATA');
});

test('nearestIndices gives what a stable sort gives, ties by index', () => {
  const distances = Array.from(createRandomStream(1).permutation(60), (value) => value % 13);
  const sorted = distances.map((_, index) => index).sort((a, b) => distances[a]! - distances[b]! || a - b);
  for (const k of [1, 2, 7, 60]) expect(nearestIndices(distances, k)).toEqual(sorted.slice(0, k));
  expect(nearestIndices(distances, 2)).not.toEqual(sorted.slice(1, 3));
});

test('fewer distances than neighbours give all of them', () => {
  expect(nearestIndices([5, 4], 3)).toEqual([1, 0]);
  expect(nearestIndices([], 3)).toEqual([]);
});
