import { createRandomStream, TintypeError } from '@tintype/core-tensor';
import { loadReference } from '@tintype/core-tensor/testing';
import { describe, expect, test } from 'vitest';
import { drawFeatures, featuresOf } from '../features/drawn-features.test-support.ts';
import { shifted } from '../features/drawn-modes.test-support.ts';
import type { Features } from '../features/features.ts';
import { type ReferenceValues, referenceSets } from '../features/reference-values.test-support.ts';
import { type KernelDistanceOptions, kernelDistance } from './kernel-distance.ts';

const tolerance = { rtol: 1e-6, atol: 1e-8 };

test('all pairs and the given subsets agree with the references to 1e-6', async () => {
  const { real, fake } = await referenceSets();
  const { rows } = await loadReference<ReferenceValues>('metrics/values.json');
  const { kid } = rows[0];
  expect(kernelDistance(real, fake).value).toBeAllClose(kid.unbiased_all, tolerance);
  const { value, perSubset, standardError } = kernelDistance(real, fake, { subsets: kid.subsets });
  expect(value).toBeAllClose(kid.nvlabs_subsets, tolerance);
  expect(perSubset).toHaveLength(kid.subsets.length);
  expect(standardError).toBeGreaterThan(0);
  // Sides exchanged in the subsets is another number: the indices count.
  const exchanged = kid.subsets.map((subset) => ({ real: subset.fake, fake: subset.real }));
  expect(kernelDistance(real, fake, { subsets: exchanged }).value).not.toBeAllClose(
    kid.nvlabs_subsets,
    tolerance,
  );
});

test('two points a side: the value worked out by hand', () => {
  // d = 1, k(x, y) = (xy + 1)³: k(0,1) = 1, k(2,3) = 343; across 1, 1, 27, 64.
  const value = kernelDistance(featuresOf([[0], [1]]), featuresOf([[2], [3]])).value;
  expect(value).toBe(1 + 343 - (2 * (1 + 1 + 27 + 64)) / 4);
});

test('sides of unequal size, in rows that no four divide', async () => {
  const real = await drawFeatures({ count: 7, dimension: 5, seed: 'real' });
  const fake = await drawFeatures({ count: 10, dimension: 5, seed: 'fake', mean: 0.5 });
  expect(kernelDistance(real, fake).value).toBeCloseTo(sumsWrittenOut(real, fake, false), 12);
});

describe('on sets of one distribution', () => {
  const draws = 60;
  const pairs = Promise.all(
    Array.from({ length: draws }, async (_, i) => ({
      real: await drawFeatures({ count: 40, dimension: 4, seed: `real ${i}` }),
      fake: await drawFeatures({ count: 40, dimension: 4, seed: `fake ${i}` }),
    })),
  );
  const isZero = (values: readonly number[]): boolean => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return Math.abs(mean) <= 2 * Math.sqrt(squares / (values.length - 1) / values.length);
  };

  test('the mean over repeated draws is 0 within 2 standard errors, and single values fall on both sides', async () => {
    const values = (await pairs).map(({ real, fake }) => kernelDistance(real, fake).value);
    expect(isZero(values)).toBe(true);
    expect(values.filter((value) => value < 0).length).toBeGreaterThan(draws / 4);
  });

  test('a set moved by a quarter of its spread fails that check, and so does the biased estimate', async () => {
    const moved = (await pairs).map(({ real, fake }) => kernelDistance(real, shifted(fake, 0.25)).value);
    expect(isZero(moved)).toBe(false);
    const biased = (await pairs).map(({ real, fake }) => sumsWrittenOut(real, fake, true));
    expect(isZero(biased)).toBe(false);
  });
});

/** The definition, term by term; `isBiased` keeps the pairs i = i. */
function sumsWrittenOut(real: Features, fake: Features, isBiased: boolean): number {
  const { dimension } = real;
  const meanOver = (a: Features, b: Features, skipSame: boolean): number => {
    let [sum, count] = [0, 0];
    for (let i = 0; i < a.count; i++) {
      for (let j = 0; j < b.count; j++) {
        if (skipSame && i === j) continue;
        let dot = 0;
        for (let k = 0; k < dimension; k++)
          dot += a.values[i * dimension + k]! * b.values[j * dimension + k]!;
        sum += (dot / dimension + 1) ** 3;
        count++;
      }
    }
    return sum / count;
  };
  return meanOver(real, real, !isBiased) + meanOver(fake, fake, !isBiased) - 2 * meanOver(real, fake, false);
}

describe('drawn subsets', () => {
  test('are the same for the same stream, and average to the value of all pairs within their error', async () => {
    const real = await drawFeatures({ count: 300, dimension: 4, seed: 'real' });
    const fake = await drawFeatures({ count: 200, dimension: 4, seed: 'fake', mean: 0.4 });
    const draw = (seed: number) =>
      kernelDistance(real, fake, { subsetSize: 50, subsets: 60, rng: createRandomStream(seed) });
    const drawn = draw(1);
    expect(draw(1)).toEqual(drawn);
    expect(draw(2).value).not.toBe(drawn.value);
    expect(drawn.perSubset).toHaveLength(60);
    const all = kernelDistance(real, fake);
    expect(all.standardError).toBeUndefined();
    expect(Math.abs(drawn.value - all.value)).toBeLessThan(3 * drawn.standardError!);
  });

  test('take 100 subsets of at most 1000 rows where nothing else is said', async () => {
    const [real, fake] = [featuresOf([[0], [1], [2]]), featuresOf([[1], [2], [4], [5]])];
    const rng = createRandomStream(3);
    expect(kernelDistance(real, fake, { subsets: 4, rng }).perSubset).toHaveLength(4);
    expect(kernelDistance(real, fake, { subsetSize: 2, rng }).perSubset).toHaveLength(100);
  });
});

const few = featuresOf([[0], [1], [2]]);
test.each<[string, () => unknown, string, RegExp]>([
  ['one row', () => kernelDistance(few, featuresOf([[1]])), 'E_DATA', /fake.*got 1.*at least 2/],
  ['two dimensions', () => kernelDistance(few, featuresOf([[1, 2]])), 'E_SHAPE', /got 2, expected 1/],
  ['NaN', () => kernelDistance(featuresOf([[0], [Number.NaN]]), few), 'E_DATA', /row 1 is not finite/],
  ['no stream', () => kernelDistance(few, few, { subsetSize: 2 }), 'E_CONFIG', /Pass rng/],
  [
    'subsets larger than a side',
    () => kernelDistance(few, few, { subsetSize: 4, rng: createRandomStream(1) }),
    'E_CONFIG',
    /at most 3.*got 4/,
  ],
  [
    'no subsets',
    () => kernelDistance(few, few, { subsets: 0, rng: createRandomStream(1) }),
    'E_CONFIG',
    /got 0/,
  ],
  [
    'a misspelt option',
    () => kernelDistance(few, few, { subsetsize: 2 } as KernelDistanceOptions),
    'E_UNKNOWN_OPTION',
    /nearest is subsetSize/,
  ],
  ['an empty list', () => kernelDistance(few, few, { subsets: [] }), 'E_CONFIG', /at least one subset/],
  [
    'a row that is not there',
    () => kernelDistance(few, few, { subsets: [{ real: [0, 3], fake: [0, 1] }] }),
    'E_CONFIG',
    /subsets\[0\]\.real\[1\].*got 3.*0 to 2/,
  ],
  [
    'a subset of one row',
    () => kernelDistance(few, few, { subsets: [{ real: [0, 1], fake: [0] }] }),
    'E_CONFIG',
    /subsets\[0\]\.fake: .*at least 2 rows/,
  ],
])('%s is refused', (_, act, code, message) => {
  expect(act).toThrow(TintypeError);
  expect(act).toThrow(message);
  expect(act).toThrow(expect.objectContaining({ code }));
});
