import type { Features } from '../features/features.ts';
import { squaredDistances } from './squared-distances.ts';

/** Mean Euclidean distance over all pairs of a row of `a` and a row of `b`. Throws as `squaredDistances` does. */
export function meanDistance(a: Features, b: Features): number {
  let sum = 0;
  squaredDistances(a, b, (_row, distances) => {
    let rowSum = 0;
    for (let j = 0; j < distances.length; j++) rowSum += Math.sqrt(distances[j]!);
    sum += rowSum / distances.length;
  });
  return sum / a.count;
}
