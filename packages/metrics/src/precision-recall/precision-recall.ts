// Kynkäänniemi, Karras, Laine, Lehtinen and Aila (2019), "Improved precision and recall metric for assessing generative
// models", arXiv 1904.06991: a set's manifold is the union of balls around its rows, each as wide as the distance to the
// k-th nearest other row.
import { assertConfig } from '@tintype/core-tensor';
import { neighborOptions } from '../config/option-schemas.ts';
import { squaredDistances } from '../distances/squared-distances.ts';
import { assertFeatures } from '../features/assert-features.ts';
import type { Features } from '../features/features.ts';
import { neighborRadii } from '../neighbors/neighbor-radii.ts';

export interface NeighborOptions {
  /** k: the point itself is not counted. */
  readonly neighbors?: number;
}

export interface PrecisionRecall {
  /** Share of fake rows inside the real manifold, 0 to 1: how many look real. */
  readonly precision: number;
  /** Share of real rows inside the fake manifold, 0 to 1: how much of the data is made at all. */
  readonly recall: number;
}

/**
 * Precision and recall by k nearest neighbours (k = 3 by default), float64. A row exactly on the radius is
 * inside. Time grows with the square of the rows, memory does not: 10 000 × 64 against as many take about 7 s.
 * @throws TintypeError `E_CONFIG` for a k that one side has no rows for, `E_SHAPE`, `E_DATA`
 */
export function precisionRecall(
  real: Features,
  fake: Features,
  options: NeighborOptions = {},
): PrecisionRecall {
  const { neighbors = 3 } = assertConfig(neighborOptions, options, 'precisionRecall');
  assertFeatures(real, 'precisionRecall: real');
  assertFeatures(fake, 'precisionRecall: fake', { dimension: real.dimension });
  const realRadii = neighborRadii(real, neighbors, 'precisionRecall: neighbors of real');
  const fakeRadii = neighborRadii(fake, neighbors, 'precisionRecall: neighbors of fake');
  const isFakeInside = new Uint8Array(fake.count);
  let realInside = 0;
  squaredDistances(real, fake, (row, distances) => {
    const radius = realRadii[row]!;
    let isRealInside = 0;
    for (let other = 0; other < distances.length; other++) {
      const distance = distances[other]!;
      if (distance <= radius) isFakeInside[other] = 1;
      if (distance <= fakeRadii[other]!) isRealInside = 1;
    }
    realInside += isRealInside;
  });
  const fakeInside = isFakeInside.reduce((sum, inside) => sum + inside, 0);
  return { precision: fakeInside / fake.count, recall: realInside / real.count };
}
