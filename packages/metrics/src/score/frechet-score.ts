import { assertConfig, type RandomStream, TintypeError } from '@tintype/core-tensor';
import { bootstrapSettings } from '../config/option-schemas.ts';
import { assertFeatures } from '../features/assert-features.ts';
import type { FeatureModel } from '../features/feature-model.ts';
import type { Features } from '../features/features.ts';
import { selectRows } from '../features/select-rows.ts';
import { frechetDistance } from '../frechet/frechet-distance.ts';
import { computeStatistics } from '../statistics/compute-statistics.ts';
import { distanceInterval } from './distance-interval.ts';
import { scoreRemarks } from './score-remarks.ts';
import type { ScoreReport } from './score-report.ts';

export interface FrechetScoreOptions {
  /** What all features were read with. */
  readonly model: Pick<FeatureModel, 'scoreName' | 'hash' | 'dimension'>;
  /** Of the images to be like. */
  readonly real: Features;
  /** Of the images that are scored. */
  readonly fake: Features;
  /** Of real images that `real` does not hold, for the floor. @default rows taken out of `real`: at most half of them */
  readonly heldOut?: Features;
  /** Of images that are plainly bad, for the ceiling: noise, or what the untrained generator makes. */
  readonly knownBad: Features;
  /** Draws the rows of the floor and the resamples of the interval; needs a selected backend. */
  readonly rng: RandomStream;
  /** Of the bootstrap. @default 100 */
  readonly resamples?: number;
  /** Of the interval, between 0 and 1. @default 0.95 */
  readonly confidence?: number;
}

/**
 * Fréchet distance of generated from real images with what makes it readable: interval, n, the floor (as many real
 * images in place of the generated ones), a known-bad ceiling, and name and hash of the feature model.
 * @throws TintypeError `E_SHAPE` for features of another dimension than the model's, `E_DATA` for fewer than 2 rows (4 of
 *   `real` without `heldOut`) and values that are not finite, `E_CONFIG` for settings out of range, `E_NO_BACKEND`
 */
export function frechetScore(options: FrechetScoreOptions): ScoreReport {
  const { model, real, fake, heldOut, knownBad, rng, ...settings } = options;
  const { resamples = 100, confidence = 0.95 } = assertConfig(bootstrapSettings, settings, 'frechetScore');
  assertSides(options);
  const realStatistics = computeStatistics(real);
  const value = frechetDistance(realStatistics, computeStatistics(fake));
  const interval = distanceInterval(real, fake, value, {
    rng: rng.fork('interval'),
    resamples,
    confidence,
  });
  // The floor and the ceiling with as many rows as are scored, where there are as many.
  const floorSides = heldOut
    ? { real, heldOut: drawRows(heldOut, fake.count, rng.fork('floor')) }
    : splitRows(real, fake.count, rng.fork('floor'));
  const floor = frechetDistance(computeStatistics(floorSides.real), computeStatistics(floorSides.heldOut));
  const bad = drawRows(knownBad, fake.count, rng.fork('known bad'));
  const report: Omit<ScoreReport, 'remarks'> = {
    name: model.scoreName,
    hash: model.hash,
    dimension: model.dimension,
    value,
    interval,
    confidence,
    n: {
      real: real.count,
      fake: fake.count,
      floor: { real: floorSides.real.count, heldOut: floorSides.heldOut.count },
      knownBad: bad.count,
    },
    realVsRealFloor: floor,
    knownBadCeiling: frechetDistance(realStatistics, computeStatistics(bad)),
  };
  return { ...report, remarks: scoreRemarks(report) };
}

/** At most `count` rows, at random. */
function drawRows(features: Features, count: number, rng: RandomStream): Features {
  return features.count <= count
    ? features
    : selectRows(features, rng.permutation(features.count).subarray(0, count));
}

/** Takes `count` rows, but at most half, out of a set. */
function splitRows(features: Features, count: number, rng: RandomStream) {
  const order = rng.permutation(features.count);
  const taken = Math.min(count, Math.floor(features.count / 2));
  return {
    heldOut: selectRows(features, order.subarray(0, taken)),
    real: selectRows(features, order.subarray(taken)),
  };
}

function assertSides({ model, real, fake, heldOut, knownBad }: FrechetScoreOptions): void {
  const { dimension } = model;
  if (real.dimension !== dimension) {
    throw new TintypeError('E_SHAPE', {
      where: 'frechetScore: real',
      what: `the features are not of ${model.scoreName}`,
      got: `dimension ${real.dimension}`,
      expected: dimension,
    });
  }
  assertFeatures(real, 'frechetScore: real', { minimumCount: heldOut ? 2 : 4 });
  assertFeatures(fake, 'frechetScore: fake', { minimumCount: 2, dimension });
  assertFeatures(knownBad, 'frechetScore: knownBad', { minimumCount: 2, dimension });
  if (heldOut) assertFeatures(heldOut, 'frechetScore: heldOut', { minimumCount: 2, dimension });
}
