import { assertConfig, type RandomStream } from '@tintype/core-tensor';
import { wholeFrom } from '../config/option-schemas.ts';
import { assertFeatures } from '../features/assert-features.ts';
import type { Features } from '../features/features.ts';
import { selectRows } from '../features/select-rows.ts';
import { type EnergyEstimator, energyDistance } from './energy-distance.ts';

export interface EnergyDistanceFloorOptions {
  /** Rows of each half; as many as the distance to be judged was taken over. @default half of the set */
  readonly count?: number;
  /** Splits to average over. @default 5 */
  readonly splits?: number;
  /** As in the distance to be judged. @default 'v-statistic' */
  readonly estimator?: EnergyEstimator;
  readonly rng: RandomStream;
}

export interface EnergyDistanceFloor {
  readonly mean: number;
  readonly largest: number;
  /** One for each split. */
  readonly values: readonly number[];
}

/**
 * The energy distance between two disjoint random parts of one real set: what a perfect generator would show.
 * Needs 2 · count rows.
 * @throws TintypeError `E_SHAPE`, `E_DATA`, `E_CONFIG`
 */
export function energyDistanceFloor(
  real: Features,
  options: EnergyDistanceFloorOptions,
): EnergyDistanceFloor {
  const { count = Math.floor(real.count / 2), splits = 5, estimator, rng } = options;
  assertConfig(wholeFrom(1), count, 'energyDistanceFloor.count');
  assertConfig(wholeFrom(1), splits, 'energyDistanceFloor.splits');
  assertFeatures(real, 'energyDistanceFloor: real', { minimumCount: 2 * count });
  const values = Array.from({ length: splits }, (_, split) => {
    const order = rng.fork(split).permutation(real.count);
    const [first, second] = [order.subarray(0, count), order.subarray(count, 2 * count)];
    return energyDistance(selectRows(real, first), selectRows(real, second), { estimator });
  });
  const mean = values.reduce((sum, value) => sum + value, 0) / splits;
  return { mean, largest: Math.max(...values), values };
}
