import { createRandomStream } from '@tintype/core-tensor';
import { expect, test } from 'vitest';
import { nearestIndices } from './nearest-indices.ts';

test('it gives what a stable sort gives, ties by index', () => {
  const distances = Array.from(createRandomStream(1).permutation(60), (value) => value % 13);
  const sorted = distances.map((_, index) => index).sort((a, b) => distances[a]! - distances[b]! || a - b);
  for (const k of [1, 2, 7, 60]) expect(nearestIndices(distances, k)).toEqual(sorted.slice(0, k));
  expect(nearestIndices(distances, 2)).not.toEqual(sorted.slice(1, 3));
});

test('fewer distances than neighbours give all of them', () => {
  expect(nearestIndices([5, 4], 3)).toEqual([1, 0]);
  expect(nearestIndices([], 3)).toEqual([]);
});
