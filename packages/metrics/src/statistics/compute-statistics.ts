import { assertFeatures } from '../features/assert-features.ts';
import type { Features } from '../features/features.ts';
import { createStatistics } from './create-statistics.ts';
import type { FeatureStatistics } from './feature-statistics.ts';

/**
 * Mean and unbiased covariance of a set of features, float64.
 * @throws TintypeError `E_DATA` for fewer than 2 rows and for a value that is not finite, `E_SHAPE`
 */
export function computeStatistics(features: Features): FeatureStatistics {
  assertFeatures(features, 'computeStatistics', { minimumCount: 2 });
  const statistics = createStatistics(features.dimension);
  statistics.add(features);
  return statistics.result();
}
