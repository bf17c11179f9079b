import type { RandomStream } from '@tintype/core-tensor';
import {
  createEightGaussians,
  createGrid25,
  createTwoMoons,
  type PointDataset,
  type PointSetOptions,
} from '@tintype/datasets';
import { eightGaussiansModes, type Features, grid25Modes, type PointModes } from '@tintype/metrics';

export type PointSetName = 'ring' | 'two-moons' | 'grid';

/** Points to learn, and the square that they lie in. */
export interface PointSet {
  /** Middle of the square and half its side: points are learned as ((x, y) − centre) / reach, within [-1, 1]. */
  readonly centre: readonly [number, number];
  readonly reach: number;
  /** Where the points come in heaps. */
  readonly modes?: PointModes;
  create(options: PointSetOptions): Promise<PointDataset>;
}

/** Every set with room for five standard deviations around it. */
export const pointSets: Readonly<Record<PointSetName, PointSet>> = {
  ring: { centre: [0, 0], reach: 2.2, modes: eightGaussiansModes, create: createEightGaussians },
  'two-moons': { centre: [0.5, 0.25], reach: 1.75, create: createTwoMoons },
  grid: { centre: [0, 0], reach: 4.4, modes: grid25Modes, create: createGrid25 },
};

/** Fresh points [count, 2] of a set, in its own units. */
export async function drawPoints(name: PointSetName, count: number, rng: RandomStream): Promise<Features> {
  const { points } = await pointSets[name].create({ count, rng });
  return { count, dimension: 2, values: points };
}
