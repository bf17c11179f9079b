// Naeem, Oh, Uh, Choi and Yoo (2020), "Reliable fidelity and diversity metrics for generative models", arXiv 2002.09797:
//   density = Σⱼ Σᵢ [yⱼ in the ball of xᵢ] / (k · fakes),   coverage = share of xᵢ with some yⱼ in its ball
import { assertConfig } from '@tintype/core-tensor';
import { neighborOptions } from '../config/option-schemas.ts';
import { squaredDistances } from '../distances/squared-distances.ts';
import { assertFeatures } from '../features/assert-features.ts';
import type { Features } from '../features/features.ts';
import { neighborRadii } from '../neighbors/neighbor-radii.ts';
import type { NeighborOptions } from '../precision-recall/precision-recall.ts';

export interface DensityCoverage {
  /** In how many real balls a fake row lies, by k: about 1 inside the data, towards 0 outside; it can exceed 1. */
  readonly density: number;
  /** Share of real rows that have a fake row in their ball, 0 to 1. */
  readonly coverage: number;
}

/**
 * Density and coverage by k nearest real neighbours (k = 5 by default), float64: unlike precision and recall, one stray
 * fake row moves them little. A row exactly on the radius is inside.
 * @throws TintypeError `E_CONFIG` for a k that `real` has no rows for, `E_SHAPE`, `E_DATA`
 */
export function densityCoverage(
  real: Features,
  fake: Features,
  options: NeighborOptions = {},
): DensityCoverage {
  const { neighbors = 5 } = assertConfig(neighborOptions, options, 'densityCoverage');
  assertFeatures(real, 'densityCoverage: real');
  assertFeatures(fake, 'densityCoverage: fake', { dimension: real.dimension });
  const radii = neighborRadii(real, neighbors, 'densityCoverage: neighbors of real');
  let inside = 0;
  let covered = 0;
  squaredDistances(real, fake, (row, distances) => {
    const radius = radii[row]!;
    const before = inside;
    for (let other = 0; other < distances.length; other++) if (distances[other]! <= radius) inside++;
    if (inside > before) covered++;
  });
  return { density: inside / (neighbors * fake.count), coverage: covered / real.count };
}
