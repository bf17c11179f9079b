import { zipSync } from 'fflate';
import { assertStatistics } from '../statistics/assert-statistics.ts';
import type { FeatureStatistics } from '../statistics/feature-statistics.ts';
import { encodeNpy } from './encode-npy.ts';

/**
 * An .npz file of statistics: `mu` and `sigma` as the tools of FID read them, and `n`, the count. The same statistics
 * give the same bytes.
 * @throws TintypeError `E_SHAPE`, `E_DATA` for statistics that are none
 */
export function writeStatisticsNpz(statistics: FeatureStatistics): Uint8Array {
  assertStatistics(statistics, 'writeStatisticsNpz');
  const { count, mean, covariance } = statistics;
  const dimension = mean.length;
  return zipSync(
    {
      'mu.npy': encodeNpy(mean, [dimension]),
      'sigma.npy': encodeNpy(covariance, [dimension, dimension]),
      ...(count === undefined ? {} : { 'n.npy': encodeNpy(BigInt64Array.of(BigInt(count)), []) }),
    },
    { level: 6, mtime: new Date(1980, 0, 1) },
  );
}
