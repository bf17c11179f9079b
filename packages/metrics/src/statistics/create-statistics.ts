import { TintypeError } from '@tintype/core-tensor';
import { assertFeatures } from '../features/assert-features.ts';
import type { Features } from '../features/features.ts';
import { assertStatistics } from './assert-statistics.ts';
import type { FeatureStatistics } from './feature-statistics.ts';

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
  let count = 0;
  const mean = new Float64Array(dimension);
  const scatter = new Float64Array(dimension * dimension); // upper triangle of Σ (x − mean)(x − mean)ᵀ

  /** S ← S + S' + n·n'/(n + n') δδᵀ with δ = mean' − mean. */
  function join(
    otherCount: number,
    otherMean: Float64Array,
    otherScatter: Float64Array,
    factor: number,
  ): void {
    const total = count + otherCount;
    const weight = (count * otherCount) / total;
    const delta = otherMean.map((value, i) => value - mean[i]!);
    for (let i = 0; i < dimension; i++) {
      const scaled = weight * delta[i]!;
      for (let j = i, at = i * dimension + i; j < dimension; j++, at++) {
        scatter[at]! += factor * otherScatter[at]! + scaled * delta[j]!;
      }
      mean[i]! += (delta[i]! * otherCount) / total;
    }
    count = total;
  }

  return {
    dimension,
    get count() {
      return count;
    },
    add(features) {
      assertFeatures(features, 'createStatistics: add', { dimension });
      for (let first = 0; first < features.count; first += blockRows) {
        const rows = Math.min(blockRows, features.count - first);
        const block = blockOf(features, first, rows);
        join(rows, block.mean, block.scatter, 1);
      }
    },
    merge(statistics) {
      const where = 'createStatistics: merge';
      assertStatistics(statistics, where, dimension);
      if (statistics.count === undefined) {
        throw new TintypeError('E_DATA', {
          where,
          what: 'statistics that do not say how many rows they are of cannot be merged',
        });
      }
      join(statistics.count, statistics.mean, statistics.covariance, statistics.count - 1);
    },
    result() {
      if (count === 0) {
        throw new TintypeError('E_DATA', {
          where: 'createStatistics: result',
          what: 'there are no rows yet',
          got: 0,
          expected: 'at least 1',
        });
      }
      return { count, mean: mean.slice(), covariance: covarianceOf(scatter, dimension, count) };
    },
  };
}

/** The mean of some rows, and the upper triangle of their sums of products about it. */
function blockOf({ values, dimension }: Features, first: number, rows: number) {
  const mean = new Float64Array(dimension);
  // Rows up to the next multiple of four are 0 and add nothing.
  const centered = new Float64Array(Math.ceil(rows / 4) * 4 * dimension);
  centered.set(values.subarray(first * dimension, (first + rows) * dimension));
  for (let at = 0; at < rows * dimension; at++) mean[at % dimension]! += centered[at]!;
  for (let i = 0; i < dimension; i++) mean[i]! /= rows;
  for (let at = 0; at < rows * dimension; at++) centered[at]! -= mean[at % dimension]!;
  const scatter = new Float64Array(dimension * dimension);
  for (let row0 = 0; row0 < centered.length; row0 += 4 * dimension) {
    addProducts(scatter, centered, row0, dimension);
  }
  return { mean, scatter };
}

/** Adds the products of four rows: each sum is read and written once for the four. */
function addProducts(scatter: Float64Array, rows: Float64Array, row0: number, dimension: number): void {
  const row1 = row0 + dimension;
  const row2 = row1 + dimension;
  const row3 = row2 + dimension;
  for (let i = 0; i < dimension; i++) {
    const a = rows[row0 + i]!;
    const b = rows[row1 + i]!;
    const c = rows[row2 + i]!;
    const d = rows[row3 + i]!;
    const at = i * dimension;
    for (let j = i; j < dimension; j++) {
      scatter[at + j]! +=
        a * rows[row0 + j]! + b * rows[row1 + j]! + c * rows[row2 + j]! + d * rows[row3 + j]!;
    }
  }
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
