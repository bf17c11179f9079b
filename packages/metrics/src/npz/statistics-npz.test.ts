import { TintypeError } from '@tintype/core-tensor';
import '@tintype/core-tensor/testing';
import { describe, expect, test } from 'vitest';
import { drawFeatures } from '../features/drawn-features.test-support.ts';
import { selectRows } from '../features/select-rows.ts';
import { frechetDistance } from '../frechet/frechet-distance.ts';
import { computeStatistics } from '../statistics/compute-statistics.ts';
import { createStatistics } from '../statistics/create-statistics.ts';
import { buildZip, type ZippedFile } from './build-zip.test-support.ts';
import { crc32 } from './crc32.ts';
import { encodeNpy } from './encode-npy.ts';
import { numpyFiles } from './numpy-files.test-support.ts';
import { readStatisticsNpz } from './read-statistics-npz.ts';
import { writeStatisticsNpz } from './write-statistics-npz.ts';

const statistics = {
  count: undefined,
  mean: Float64Array.of(1.5, -2),
  covariance: Float64Array.of(2, 0.5, 0.5, 1),
};

test.each(['stored', 'compressed'] as const)('the %s file of NumPy is read, without other arrays', (name) => {
  expect(readStatisticsNpz(numpyFiles[name])).toEqual(statistics);
});

test('what is written reads back bit for bit, with the count, from any place in a buffer', async () => {
  const computed = computeStatistics(await drawFeatures({ count: 90, dimension: 17, seed: 'npz' }));
  const bytes = writeStatisticsNpz(computed);
  expect(readStatisticsNpz(bytes)).toEqual(computed);
  expect(writeStatisticsNpz(computed)).toEqual(bytes);
  const padded = new Uint8Array(bytes.length + 5);
  padded.set(bytes, 5);
  expect(readStatisticsNpz(padded.subarray(5))).toEqual(computed);
  expect(readStatisticsNpz(Buffer.from(bytes))).toEqual(computed);
});

test('shards that are written, read and merged are the whole, and their distance is its distance', async () => {
  const features = await drawFeatures({ count: 400, dimension: 6, seed: 'shards', mean: 3 });
  const merged = createStatistics(6);
  for (let shard = 0; shard < 8; shard++) {
    const rows = Int32Array.from({ length: 50 }, (_, i) => 8 * i + shard);
    merged.merge(readStatisticsNpz(writeStatisticsNpz(computeStatistics(selectRows(features, rows)))));
  }
  const [whole, parts] = [computeStatistics(features), merged.result()];
  expect(parts.count).toBe(400);
  expect(parts.mean).toBeAllClose(whole.mean, { rtol: 1e-12, atol: 0 });
  expect(parts.covariance).toBeAllClose(whole.covariance, { rtol: 1e-12, atol: 0 });
  const other = computeStatistics(await drawFeatures({ count: 100, dimension: 6, seed: 'other' }));
  expect(frechetDistance(parts, other) / frechetDistance(whole, other)).toBeCloseTo(1, 12);
});

test('statistics without a count are written without one and still give a distance', () => {
  const read = readStatisticsNpz(writeStatisticsNpz(statistics));
  expect(read).toEqual(statistics);
  expect(frechetDistance(read, { ...read, mean: Float64Array.of(1.5, 1) })).toBeCloseTo(9, 12);
});

test('the checksum is that of the standard', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array(0))).toBe(0);
});

const mu: ZippedFile = { name: 'mu.npy', content: encodeNpy(statistics.mean, [2]) };
const sigma: ZippedFile = { name: 'sigma.npy', content: encodeNpy(statistics.covariance, [2, 2]) };
const array = (name: string, values: readonly number[], shape: readonly number[]): ZippedFile => ({
  name: `${name}.npy`,
  content: encodeNpy(Float64Array.from(values), shape),
});
const zeros = new Uint8Array(2 ** 20);

test('the archives built for these tests are right where they claim nothing', () => {
  expect(readStatisticsNpz(buildZip([mu, sigma]))).toEqual(statistics);
  expect(readStatisticsNpz(buildZip([{ ...mu, isDeflated: true }, sigma, array('n', [9], [])]))).toEqual({
    ...statistics,
    count: 9,
  });
});

describe('refused with E_DATA:', () => {
  test.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(0), /no zip archive, or cut short \(got 0 bytes/],
    ['a lone array', mu.content, /no zip archive/],
    ['pickled objects', numpyFiles.pickledMean, /mu: arrays of Python objects hold pickles/],
    ['a missing array', buildZip([mu]), /no array sigma \(got \[mu\.npy\]/],
    ['a name that belongs to objects', buildZip([{ ...mu, name: '__proto__' }, sigma]), /no array mu/],
    ['one name twice', buildZip([mu, mu, sigma]), /two files of one name \(got mu\.npy/],
    ['a wrong checksum', buildZip([{ ...mu, claims: { crc: 1 } }, sigma]), /mu: the checksum is wrong/],
    [
      'encryption',
      buildZip([{ ...mu, claims: { flags: 1 } }, sigma]),
      /packed in another way \(got encrypted/,
    ],
    ['another packing', buildZip([{ ...mu, claims: { method: 12 } }, sigma]), /got method 12/],
    ['garbage for deflate', buildZip([{ ...mu, claims: { method: 8 } }, sigma]), /mu: .*(unpack|size)/],
    ['a stored file of another size', buildZip([{ ...mu, claims: { size: 5 } }, sigma]), /sizes cannot be/],
    ['entries that are not there', buildZip([mu, sigma], 3), /entry 2 of the zip's directory is damaged/],
    ['too many entries', buildZip([mu, sigma], 10_001), /got 10001, expected at most 10000/],
    ['a cut end', buildZip([mu, sigma]).subarray(0, -1), /no zip archive/],
    ['a cut beginning', buildZip([mu, sigma]).subarray(9), /no file where|damaged/],
    [
      'a mean that is a matrix',
      buildZip([array('mu', [1, 2], [1, 2]), sigma]),
      /mu \[1, 2\].*expected mu \[d\]/,
    ],
    ['a covariance not square', buildZip([mu, array('sigma', [1, 2], [1, 2])]), /sigma \[1, 2\]/],
    ['NaN', buildZip([array('mu', [Number.NaN, 0], [2]), sigma]), /mean\[0\].*not finite/],
    [
      'a negative variance',
      buildZip([mu, array('sigma', [-1, 0, 0, 1], [2, 2])]),
      /below 0 \(got sigma\[0, 0\]/,
    ],
    ['a lopsided matrix', buildZip([mu, array('sigma', [1, 0.5, 0, 1], [2, 2])]), /sigma\[1, 0\]/],
    ['half a row', buildZip([mu, sigma, array('n', [2.5], [])]), /count.*got 2\.5/],
    ['several counts', buildZip([mu, sigma, array('n', [2, 3], [2])]), /n is no single number/],
  ])('%s', (_, bytes, message) => {
    const act = () => readStatisticsNpz(bytes, 'file');
    expect(act).toThrow(TintypeError);
    expect(act).toThrow(message);
    expect(act).toThrow(expect.objectContaining({ code: 'E_DATA' }));
  });

  test('a mean and a covariance of two dimensions (E_SHAPE)', () => {
    const act = () => readStatisticsNpz(buildZip([array('mu', [1], [1]), sigma]));
    expect(act).toThrow(expect.objectContaining({ code: 'E_SHAPE' }));
  });
});

describe('bombs', () => {
  const bomb = { name: 'mu.npy', content: zeros, isDeflated: true };

  test('a megabyte of zeros in a kilobyte are unpacked only as far as the directory says', () => {
    const small = buildZip([{ ...bomb, claims: { size: 100 } }, sigma]);
    expect(small.length).toBeLessThan(2000);
    expect(() => readStatisticsNpz(small)).toThrow(/another size.*more than 100 bytes/);
    // Told the truth, the same file is unpacked and is no array.
    expect(() => readStatisticsNpz(buildZip([bomb, sigma]))).toThrow(/no \.npy array \(got 1048576 bytes/);
  });

  test('a size beyond what deflate can do, or beyond 256 MiB, is refused before anything is unpacked', () => {
    const packed = buildZip([{ ...bomb, claims: { size: 100 * 2 ** 20 } }, sigma]);
    expect(() => readStatisticsNpz(packed)).toThrow(/sizes cannot be/);
    // Not packed at all, so that the ratio is possible.
    const raw = { ...bomb, content: zeros.subarray(0, 300_000), isDeflated: false };
    const large = buildZip([{ ...raw, claims: { method: 8, size: 257 * 2 ** 20 } }, sigma]);
    expect(() => readStatisticsNpz(large)).toThrow(/too large.*at most 268435456/);
  });

  test('arrays that nobody asked for are not unpacked', () => {
    const unread = { ...bomb, name: 'extra.npy', claims: { crc: 1 } };
    expect(readStatisticsNpz(buildZip([mu, sigma, unread]))).toEqual(statistics);
  });
});
