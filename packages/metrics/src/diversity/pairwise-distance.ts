import { meanDistance } from '../distances/mean-distance.ts';
import { assertFeatures } from '../features/assert-features.ts';
import type { Features } from '../features/features.ts';

/**
 * Mean Euclidean distance between two different rows of a set: 0 where all samples are one, and low where they gather.
 * @throws TintypeError `E_SHAPE`, or `E_DATA` for fewer than two rows
 */
export function pairwiseDistance(features: Features): number {
  assertFeatures(features, 'pairwiseDistance', { minimumCount: 2 });
  return (meanDistance(features, features) * features.count) / (features.count - 1);
}
