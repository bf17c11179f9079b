import type { RandomStream } from '@tintype/core-tensor';
import { countModes, energyDistance, type Features, selectRows } from '@tintype/metrics';
import { drawPoints, type PointSetName, pointSets } from './point-sets.ts';

/** Points compared at once; with more, fewer comparisons would be made in the same time. */
const setSize = 1000;
/** Pairs of real sets whose mean is the floor: a single one is off by half. */
const floorPairs = 32;

export type PointFigures = {
  /** Energy distance of the samples to as many real points, in the units of the points; mean over sets of at most 1000. */
  readonly energyDistance: number;
  /** The same between two sets of as many real points, mean of 32: what a perfect generator would have. */
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
  const count = Math.min(setSize, points.count);
  const real = (stream: RandomStream) => drawPoints(name, count, stream);
  const distances: number[] = [];
  for (let first = 0; first + count <= points.count; first += count) {
    const rows = Int32Array.from({ length: count }, (_, i) => first + i);
    distances.push(energyDistance(selectRows(points, rows), await real(rng.fork('real').fork(first))));
  }
  const floors: number[] = [];
  for (let pair = 0; pair < floorPairs; pair++) {
    const stream = rng.fork('floor').fork(pair);
    floors.push(energyDistance(await real(stream.fork('one')), await real(stream.fork('other'))));
  }
  const distance = mean(distances);
  const floor = mean(floors);
  const figures = { energyDistance: distance, energyFloor: floor, energyRatio: distance / floor };
  const { modes } = pointSets[name];
  if (!modes) return figures;
  const { covered, total, shareWithin } = countModes(points, modes, { minimumShare: 0.01 });
  return { ...figures, modesCovered: covered / total, shareWithin };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
