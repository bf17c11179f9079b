import { assertConfig, v } from '@tintype/core-tensor';
import { assertFeatures } from '../features/assert-features.ts';
import type { Features } from '../features/features.ts';
import { meanDistance } from './mean-distance.ts';

/**
 * `v-statistic` averages over all pairs, a row with itself included: at least 0, and 0 for identical sets, but on
 * average (1/n + 1/m)·E|X−X′| too large where both sets are of one distribution. `unbiased` leaves the rows' pairs with
 * themselves out: right on average, and below 0 about half the time where the distributions are equal.
 */
export type EnergyEstimator = 'v-statistic' | 'unbiased';

export interface EnergyDistanceOptions {
  /** @default 'v-statistic' */
  readonly estimator?: EnergyEstimator;
}

/**
 * 2 E|X−Y| − E|X−X′| − E|Y−Y′| of two sets [n, d] and [m, d] in Euclidean distance, 0 for equal distributions only
 * (Székely and Rizzo 2013, "Energy statistics"); in the units of the points, without the square root that some take.
 * Compare with `energyDistanceFloor` at the same n.
 * @throws TintypeError `E_SHAPE`, `E_CONFIG`, or `E_DATA` for an empty set (unbiased: fewer than two rows)
 */
export function energyDistance(a: Features, b: Features, options: EnergyDistanceOptions = {}): number {
  const { estimator = 'v-statistic' } = options;
  assertConfig(v.picklist(['v-statistic', 'unbiased']), estimator, 'energyDistance.estimator');
  const minimumCount = estimator === 'unbiased' ? 2 : 1;
  assertFeatures(a, 'energyDistance: a', { minimumCount });
  assertFeatures(b, 'energyDistance: b', { minimumCount, dimension: a.dimension });
  const within = (set: Features): number =>
    meanDistance(set, set) * (estimator === 'unbiased' ? set.count / (set.count - 1) : 1);
  return 2 * meanDistance(a, b) - within(a) - within(b);
}
