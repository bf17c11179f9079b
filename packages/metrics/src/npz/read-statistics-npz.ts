import { assertStatistics } from '../statistics/assert-statistics.ts';
import type { FeatureStatistics } from '../statistics/feature-statistics.ts';
import { npzError } from './npz-error.ts';
import { type NpyArray, parseNpy } from './parse-npy.ts';
import { unpackEntry } from './unpack-entry.ts';
import { readZipDirectory, type ZipEntry } from './zip-directory.ts';

/**
 * Reads statistics from an .npz file with the arrays `mu` [d] and `sigma` [d, d], divisor n − 1, and `n` where it has one
 * (files from elsewhere do not: their count is undefined). Other arrays are not unpacked. Reading runs no code: any bytes
 * give either statistics or an error.
 * @param where Name of the file, for messages.
 * @throws TintypeError `E_DATA`, `E_SHAPE` where mean and covariance do not belong together
 */
export function readStatisticsNpz(bytes: Uint8Array, where = 'readStatisticsNpz'): FeatureStatistics {
  const entries = readZipDirectory(bytes, where);
  const mean = readArray(entries, 'mu', where);
  const covariance = readArray(entries, 'sigma', where);
  const dimension = mean.values.length;
  if (
    mean.shape.length !== 1 ||
    covariance.shape.length !== 2 ||
    covariance.shape[0] !== covariance.shape[1]
  ) {
    throw npzError(where, {
      what: 'the arrays are no mean and covariance',
      got: `mu [${mean.shape.join(', ')}], sigma [${covariance.shape.join(', ')}]`,
      expected: 'mu [d], sigma [d, d]',
    });
  }
  const count = entries.has('n.npy') ? readArray(entries, 'n', where) : undefined;
  if (count !== undefined && count.values.length !== 1) {
    throw npzError(where, { what: 'n is no single number', got: `[${count.shape.join(', ')}]` });
  }
  const statistics = { count: count?.values[0], mean: mean.values, covariance: covariance.values };
  assertStatistics(statistics, where, dimension);
  assertCovariance(covariance.values, dimension, where);
  return statistics;
}

function readArray(entries: ReadonlyMap<string, ZipEntry>, name: string, where: string): NpyArray {
  const entry = entries.get(`${name}.npy`);
  if (!entry) {
    throw npzError(where, {
      what: `there is no array ${name}`,
      got: [...entries.keys()].slice(0, 10),
      expected: 'mu.npy and sigma.npy',
    });
  }
  const place = `${where}: ${name}`;
  return parseNpy(unpackEntry(entry, place), place);
}

function assertCovariance(covariance: Float64Array, dimension: number, where: string): void {
  const largest = covariance.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (let row = 0; row < dimension; row++) {
    if (covariance[row * dimension + row]! < 0) {
      throw npzError(where, { what: 'a variance is below 0', got: `sigma[${row}, ${row}]` });
    }
    for (let column = 0; column < row; column++) {
      const gap = covariance[row * dimension + column]! - covariance[column * dimension + row]!;
      if (Math.abs(gap) <= 1e-6 * largest) continue;
      throw npzError(where, { what: 'the covariance is not symmetric', got: `sigma[${row}, ${column}]` });
    }
  }
}
