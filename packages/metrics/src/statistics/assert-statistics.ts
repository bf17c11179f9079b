import { TintypeError } from '@tintype/core-tensor';
import type { FeatureStatistics } from './feature-statistics.ts';

/**
 * Checks statistics: a square covariance of the mean's dimension, a whole count where there is one, finite throughout.
 * @throws TintypeError `E_SHAPE` for sizes that do not fit, `E_DATA` for a wrong count and for a value that is not finite
 */
export function assertStatistics(
  { count, mean, covariance }: FeatureStatistics,
  where: string,
  dimension = mean.length,
): void {
  if (mean.length === 0 || mean.length !== dimension || covariance.length !== dimension ** 2) {
    throw new TintypeError('E_SHAPE', {
      where,
      what: 'the statistics are of another dimension',
      got: `a mean of ${mean.length} and a covariance of ${covariance.length} numbers`,
      expected: `${dimension} and ${dimension ** 2}`,
      remedy: 'Compare features of one model only',
    });
  }
  if (count !== undefined && !(Number.isSafeInteger(count) && count >= 1)) {
    throw new TintypeError('E_DATA', {
      where: `${where}: count`,
      what: 'statistics are of a whole number of rows',
      got: count,
      expected: 'a whole number of at least 1',
    });
  }
  for (const [name, values] of [['mean', mean] as const, ['covariance', covariance] as const]) {
    const index = values.findIndex((value) => !Number.isFinite(value));
    if (index < 0) continue;
    throw new TintypeError('E_DATA', {
      where: `${where}: ${name}[${index}]`,
      what: 'a value is not finite',
      got: values[index],
    });
  }
}
