// Fréchet distance of two Gaussians: Dowson and Landau (1982), "The Fréchet distance between multivariate normal
// distributions"; as a score of images: Heusel et al. (2017), arXiv 1706.08500.
//   d² = |μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2 (Σ₁^½ Σ₂ Σ₁^½)^½)
import { assertConfig, TintypeError, v } from '@tintype/core-tensor';
import { assertStatistics } from '../statistics/assert-statistics.ts';
import type { FeatureStatistics } from '../statistics/feature-statistics.ts';
import { traceOfRoot } from './trace-of-root.ts';

export interface FrechetDistanceOptions {
  /** `biased` divides by n instead of n − 1, as some published code does. @default 'unbiased' */
  readonly covariance?: 'unbiased' | 'biased';
}

const optionsSchema = v.strictObject({ covariance: v.optional(v.picklist(['unbiased', 'biased'])) });

/**
 * Squared Fréchet distance of the Gaussians with the given means and covariances (the number that FID reports). It is
 * exact for these statistics, also where a covariance is singular; as an estimate from n rows it is too high by a share
 * that falls as 1/n, so it compares only at equal n.
 * @throws TintypeError `E_SHAPE` for two dimensions, `E_DATA` for statistics of fewer than 2 rows and for values that are
 *   not finite or no covariance
 */
export function frechetDistance(
  a: FeatureStatistics,
  b: FeatureStatistics,
  options: FrechetDistanceOptions = {},
): number {
  const { covariance = 'unbiased' } = assertConfig(optionsSchema, options, 'frechetDistance');
  assertStatistics(a, 'frechetDistance: a');
  assertStatistics(b, 'frechetDistance: b', a.mean.length);
  const dimension = a.mean.length;
  const [scaleA, scaleB] = [divisorScale(a, covariance, 'a'), divisorScale(b, covariance, 'b')];
  let sum = 0;
  for (let i = 0; i < dimension; i++) {
    const diagonal = i * dimension + i;
    sum += (a.mean[i]! - b.mean[i]!) ** 2;
    sum += scaleA * a.covariance[diagonal]! + scaleB * b.covariance[diagonal]!;
  }
  const cross = 2 * Math.sqrt(scaleA * scaleB) * traceOfRoot(a.covariance, b.covariance, dimension);
  // Never negative but for rounding.
  return Math.max(0, sum - cross);
}

/** What the unbiased covariance is multiplied with. */
function divisorScale({ count }: FeatureStatistics, covariance: 'unbiased' | 'biased', name: string): number {
  if (count !== undefined && count < 2) {
    throw new TintypeError('E_DATA', {
      where: `frechetDistance: ${name}`,
      what: 'a covariance needs at least 2 rows',
      got: count,
      expected: 'at least 2; more than the dimension for a covariance of full rank',
    });
  }
  if (covariance === 'unbiased') return 1;
  if (count !== undefined) return (count - 1) / count;
  throw new TintypeError('E_DATA', {
    where: `frechetDistance: ${name}`,
    what: 'statistics that do not say how many rows they are of have no biased covariance',
    remedy: "Leave out covariance: 'biased'",
  });
}
