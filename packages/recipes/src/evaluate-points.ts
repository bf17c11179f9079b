import type { RandomStream } from '@tintype/core-tensor';
import { countModes, energyDistance, energyDistanceFloor, type Features } from '@tintype/metrics';
import { drawPoints, type PointSetName, pointSets } from './point-sets.ts';

export type PointFigures = {
  /** Energy distance of the samples to as many real points, in the units of the points. */
  readonly energyDistance: number;
  /** The same between two sets of as many real points, mean of five: what a perfect generator would have. */
  readonly energyFloor: number;
  /** energyDistance ÷ energyFloor. */
  readonly energyRatio: number;
  /** Share of the modes that a point in 100 or more reaches within three standard deviations, where there are modes. */
  readonly modesCovered?: number;
  /** Share of the points within three standard deviations of a mode; 0.989 of the real ones. */
  readonly shareWithin?: number;
};

/** Of points [n, 2] in the units of their set. Throws `E_DATA` for an empty set. */
export async function evaluatePoints(
  points: Features,
  name: PointSetName,
  rng: RandomStream,
): Promise<PointFigures> {
  const { count } = points;
  const real = await drawPoints(name, count, rng.fork('real'));
  const others = await drawPoints(name, 2 * count, rng.fork('floor'));
  const distance = energyDistance(points, real);
  const floor = energyDistanceFloor(others, { count, rng: rng.fork('splits') }).mean;
  const figures = { energyDistance: distance, energyFloor: floor, energyRatio: distance / floor };
  const { modes } = pointSets[name];
  if (!modes) return figures;
  const { covered, total, shareWithin } = countModes(points, modes, { minimumShare: 0.01 });
  return { ...figures, modesCovered: covered / total, shareWithin };
}
