import { assertConfig, assertLabels } from '@tintype/core-tensor';
import { wholeFrom } from '../config/option-schemas.ts';
import { nearestIndices } from '../distances/nearest-indices.ts';
import { squaredDistances } from '../distances/squared-distances.ts';
import { assertFeatures } from '../features/assert-features.ts';
import type { Features } from '../features/features.ts';
import { classificationAccuracy } from './classification-accuracy.ts';

export interface NearestNeighborAccuracyOptions {
  /** Rows whose classes are known, for example latent codes of training images. */
  readonly reference: Features;
  readonly referenceLabels: ArrayLike<number>;
  /** Rows to name, none of them among the reference: a row that is its own neighbour names itself. */
  readonly queries: Features;
  readonly queryLabels: ArrayLike<number>;
  /** Neighbours that vote, 1 to the size of the reference. @default 5 */
  readonly neighbors?: number;
}

export interface NearestNeighborAccuracy {
  /** Share of the queries that were named right, 0 to 1. */
  readonly accuracy: number;
  /** int32 [queries]. */
  readonly predicted: Int32Array;
}

/**
 * How well classes lie apart: names each query by a vote of its nearest reference rows (Euclidean). Of classes with
 * equally many votes the one with the nearest voter wins.
 * @throws TintypeError `E_SHAPE`, `E_LABEL`, `E_CONFIG`, or `E_DATA` for fewer reference rows than neighbours
 */
export function nearestNeighborAccuracy(options: NearestNeighborAccuracyOptions): NearestNeighborAccuracy {
  const { reference, referenceLabels, queries, queryLabels, neighbors = 5 } = options;
  const where = 'nearestNeighborAccuracy';
  assertConfig(wholeFrom(1), neighbors, `${where}.neighbors`);
  assertFeatures(reference, `${where}.reference`, { minimumCount: neighbors });
  assertFeatures(queries, `${where}.queries`, { dimension: reference.dimension });
  assertLabels(referenceLabels, 2 ** 31, `${where}.referenceLabels`, reference.count);
  assertLabels(queryLabels, 2 ** 31, `${where}.queryLabels`, queries.count);
  const predicted = new Int32Array(queries.count);
  squaredDistances(queries, reference, (row, distances) => {
    predicted[row] = vote(nearestIndices(distances, neighbors).map((index) => referenceLabels[index]!));
  });
  return { accuracy: classificationAccuracy(predicted, queryLabels), predicted };
}

/** The most frequent label; of equally frequent ones the first. */
function vote(labels: readonly number[]): number {
  const votes = new Map<number, number>();
  for (const label of labels) votes.set(label, (votes.get(label) ?? 0) + 1);
  return [...votes].reduce((best, candidate) => (candidate[1] > best[1] ? candidate : best))[0];
}
