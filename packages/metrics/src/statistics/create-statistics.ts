import { TintypeError } from '@tintype/core-tensor';
import { assertFeatures } from '../features/assert-features.ts';
import type { Features } from '../features/features.ts';
import { assertStatistics } from './assert-statistics.ts';
import type { FeatureStatistics } from './feature-statistics.ts';
import { emptyMoments, joinMoments, type Moments, momentsOf } from './moments.ts';

/** Mean and covariance that grow with the rows they are given. */
export interface StatisticsAccumulator {
  readonly dimension: number;
  /** Rows so far. */
  readonly count: number;
  /** @throws TintypeError `E_SHAPE` for another dimension, `E_DATA` for a value that is not finite */
  add(features: Features): void;
  /** Takes in what another process made of other rows. @throws TintypeError `E_SHAPE`, `E_DATA` */
  merge(statistics: FeatureStatistics): void;
  /** @throws TintypeError `E_DATA` before the first row */
  result(): FeatureStatistics;
}

const blockRows = 256;

/**
 * Statistics of rows that come in parts. Sums are taken about the mean of each block of rows and merged pairwise, so
 * that neither a mean far from 0 nor the way the rows are split shows in the result (equal to about 1e-13 relative).
 * Chan, Golub and LeVeque (1979), "Updating formulae and a pairwise algorithm for computing sample variances".
 */
export function createStatistics(dimension: number): StatisticsAccumulator {
  if (!Number.isInteger(dimension) || dimension < 1) {
    throw new TintypeError('E_CONFIG', {
      where: 'createStatistics: dimension',
      what: 'features have a whole number of values',
      got: dimension,
      expected: 'a whole number of at least 1',
    });
  }
  const total = emptyMoments(dimension);
  return {
    dimension,
    get count() {
      return total.count;
    },
    add(features) {
      assertFeatures(features, 'createStatistics: add', { dimension });
      for (let first = 0; first < features.count; first += blockRows) {
        joinMoments(total, momentsOf(features, first, Math.min(blockRows, features.count - first)));
      }
    },
    merge(statistics) {
      joinMoments(total, momentsFrom(statistics, dimension));
    },
    result() {
      const { count, mean, scatter } = total;
      if (count > 0)
        return { count, mean: mean.slice(), covariance: covarianceOf(scatter, dimension, count) };
      throw new TintypeError('E_DATA', {
        where: 'createStatistics: result',
        what: 'there are no rows yet',
        got: 0,
        expected: 'at least 1',
      });
    },
  };
}

function momentsFrom(statistics: FeatureStatistics, dimension: number): Moments {
  const where = 'createStatistics: merge';
  assertStatistics(statistics, where, dimension);
  const { count, mean, covariance } = statistics;
  if (count === undefined) {
    throw new TintypeError('E_DATA', {
      where,
      what: 'statistics that do not say how many rows they are of cannot be merged',
    });
  }
  return { count, mean, scatter: covariance.map((value) => value * (count - 1)) };
}

function covarianceOf(scatter: Float64Array, dimension: number, count: number): Float64Array {
  const covariance = new Float64Array(dimension * dimension);
  const divisor = Math.max(1, count - 1);
  for (let i = 0; i < dimension; i++) {
    for (let j = i; j < dimension; j++) {
      const value = scatter[i * dimension + j]! / divisor;
      covariance[i * dimension + j] = value;
      covariance[j * dimension + i] = value;
    }
  }
  return covariance;
}
