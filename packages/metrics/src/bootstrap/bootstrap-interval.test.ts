import { createRandomStream, selectBackend, TintypeError } from '@tintype/core-tensor';
import { beforeAll, describe, expect, test } from 'vitest';
import { drawFeatures } from '../features/drawn-features.test-support.ts';
import { type BootstrapOptions, bootstrapInterval } from './bootstrap-interval.ts';

beforeAll(async () => void (await selectBackend({ backend: 'cpu' })));

const meanOf = (values: ArrayLike<number>) => (indices: Int32Array) =>
  indices.reduce((sum, index) => sum + values[index]!, 0) / indices.length;

test('the interval of a mean is 1.96 standard errors to each side', async () => {
  const { values } = await drawFeatures({ count: 400, dimension: 1, seed: 'mean', mean: 7, deviation: 3 });
  const mean = meanOf(values)(Int32Array.from({ length: 400 }, (_, i) => i));
  const squares = [...values].reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const error = Math.sqrt(squares / 399 / 400);
  const { low, high } = bootstrapInterval(400, meanOf(values), {
    rng: createRandomStream(1),
    resamples: 1000,
  });
  expect(Math.abs((mean - low) / (1.96 * error) - 1)).toBeLessThan(0.12);
  expect(Math.abs((high - mean) / (1.96 * error) - 1)).toBeLessThan(0.12);
});

describe('over 120 repeated samples', () => {
  const covers = async (confidence: number): Promise<number> => {
    const { values } = await drawFeatures({ count: 120 * 40, dimension: 1, seed: 'coverage' });
    let covered = 0;
    for (let sample = 0; sample < 120; sample++) {
      const rows = values.subarray(sample * 40, (sample + 1) * 40);
      const rng = createRandomStream('resamples').fork(sample);
      const { low, high } = bootstrapInterval(40, meanOf(rows), { rng, resamples: 80, confidence });
      if (low <= 0 && 0 <= high) covered++;
    }
    return covered / 120;
  };

  test('a 90 % interval holds the true mean in about 90 %, a 50 % interval in about half of them', async () => {
    // Two standard errors of a share of 120 are 6 and 9 points.
    expect(Math.abs((await covers(0.9)) - 0.9)).toBeLessThan(0.06);
    expect(Math.abs((await covers(0.5)) - 0.5)).toBeLessThan(0.09);
  });
});

test('equal streams give equal intervals, other streams others; a constant has no width', () => {
  const at = (seed: number) =>
    bootstrapInterval(20, meanOf([...Array(20).keys()]), { rng: createRandomStream(seed), resamples: 50 });
  expect(at(1)).toEqual(at(1));
  expect(at(1)).not.toEqual(at(2));
  const constant = bootstrapInterval(5, () => 3, { rng: createRandomStream(1), resamples: 10 });
  expect(constant).toEqual({ low: 3, high: 3 });
});

const rng = createRandomStream(1);
test.each<[string, () => unknown, string, RegExp]>([
  ['no rows', () => bootstrapInterval(0, () => 1, { rng }), 'E_CONFIG', /: n: .*got 0/],
  [
    'a misspelt option',
    () => bootstrapInterval(3, () => 1, { rng, resample: 5 } as BootstrapOptions),
    'E_UNKNOWN_OPTION',
    /nearest is resamples/,
  ],
  ['one resample', () => bootstrapInterval(3, () => 1, { rng, resamples: 1 }), 'E_CONFIG', /resamples/],
  ['a confidence of 95', () => bootstrapInterval(3, () => 1, { rng, confidence: 95 }), 'E_CONFIG', /got 95/],
  ['a statistic of NaN', () => bootstrapInterval(3, () => Number.NaN, { rng }), 'E_DATA', /resample 0/],
])('%s is refused', (_, act, code, message) => {
  expect(act).toThrow(TintypeError);
  expect(act).toThrow(message);
  expect(act).toThrow(expect.objectContaining({ code }));
});
