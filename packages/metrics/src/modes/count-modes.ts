import { assertConfig, TintypeError, v } from '@tintype/core-tensor';
import { positive, share, wholeFrom } from '../config/option-schemas.ts';
import { assertFeatures } from '../features/assert-features.ts';
import type { Features } from '../features/features.ts';
import type { PointModes } from './point-modes.ts';

export interface CountModesOptions {
  /** How far from its centre a point still belongs to a mode, in standard deviations. @default 3 */
  readonly radius?: number;
  /** Points that a mode needs to count as covered, at least 1. @default 1, as in VEEGAN */
  readonly minimumCount?: number;
  /** Share of all points that it needs besides, 0 to 1. @default 0 */
  readonly minimumShare?: number;
}

export interface ModeCount {
  /** Modes that hold enough points. */
  readonly covered: number;
  /** Modes that there are. */
  readonly total: number;
  /** Share of all points within the radius of a mode, 0 to 1; of the mixture itself 1 − e^(−r²/2), 0.989 at r = 3. */
  readonly shareWithin: number;
  /** Points within the radius of each mode, in the order of the centres. */
  readonly counts: readonly number[];
}

/**
 * Which modes of a mixture in the plane the points [n, 2] reach, and how many of the points are at one at all
 * (Metz et al. 2016, arXiv 1611.02163; Srivastava et al. 2017, arXiv 1705.07761: within three standard deviations).
 * A point belongs to the nearest mode only.
 * @throws TintypeError `E_SHAPE`, `E_DATA`, `E_CONFIG`
 */
export function countModes(points: Features, modes: PointModes, options: CountModesOptions = {}): ModeCount {
  const { radius = 3, minimumCount = 1, minimumShare = 0 } = options;
  const where = 'countModes';
  assertFeatures(points, `${where}.points`, { dimension: 2 });
  assertConfig(positive, radius, `${where}.radius`);
  assertConfig(wholeFrom(1), minimumCount, `${where}.minimumCount`);
  assertConfig(share, minimumShare, `${where}.minimumShare`);
  assertModes(modes, where);
  const limit = radius * modes.standardDeviation;
  const counts = new Array<number>(modes.centres.length).fill(0);
  for (let i = 0; i < points.count; i++) {
    const { mode, distance } = nearestMode(points.values[2 * i]!, points.values[2 * i + 1]!, modes);
    if (distance <= limit) counts[mode]! += 1;
  }
  const needed = Math.max(minimumCount, minimumShare * points.count);
  return {
    covered: counts.filter((count) => count >= needed).length,
    total: counts.length,
    shareWithin: counts.reduce((sum, count) => sum + count, 0) / points.count,
    counts,
  };
}

function nearestMode(x: number, y: number, { centres }: PointModes): { mode: number; distance: number } {
  let mode = 0;
  let distance = Number.POSITIVE_INFINITY;
  centres.forEach(([centreX, centreY], index) => {
    const away = Math.hypot(x - centreX, y - centreY);
    if (away < distance) [mode, distance] = [index, away];
  });
  return { mode, distance };
}

function assertModes({ centres, standardDeviation }: PointModes, where: string): void {
  assertConfig(positive, standardDeviation, `${where}.modes.standardDeviation`);
  if (centres.length > 0) {
    assertConfig(
      v.array(v.tuple([v.pipe(v.number(), v.finite()), v.pipe(v.number(), v.finite())])),
      centres,
      `${where}.modes.centres`,
    );
    return;
  }
  throw new TintypeError('E_CONFIG', { where: `${where}.modes.centres`, what: 'there are no modes' });
}
