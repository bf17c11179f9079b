import { TintypeError } from '@tintype/core-tensor';
import { loadReference } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { featuresOf } from '../features/drawn-features.test-support.ts';
import { type ReferenceValues, referenceSets } from '../features/reference-values.test-support.ts';
import { inceptionScore } from './inception-score.ts';

const tolerance = { rtol: 1e-6, atol: 1e-8 };

test('all rows at once and three splits agree with the references to 1e-6', async () => {
  const { probabilities } = await referenceSets();
  const { inception_score: reference } = (await loadReference<ReferenceValues>('metrics/values.json'))
    .rows[1];
  const all = inceptionScore(probabilities);
  expect(all.mean).toBeAllClose(reference.all, tolerance);
  expect(all.standardDeviation).toBe(0);
  const { mean, standardDeviation, perSplit } = inceptionScore(probabilities, { splits: 3 });
  expect(perSplit).toBeAllClose(reference.splits, tolerance);
  expect(mean).toBeAllClose(reference.mean, tolerance);
  expect(standardDeviation).toBeAllClose(reference.std, tolerance);
  expect(inceptionScore(probabilities, { splits: 4 }).mean).not.toBeAllClose(reference.mean, tolerance);
});

test('certain and evenly spread over K classes is K; all alike is 1, sure or unsure', () => {
  const certain = Array.from({ length: 12 }, (_, i) => [0, 1, 2, 3].map((k) => (k === i % 4 ? 1 : 0)));
  expect(inceptionScore(featuresOf(certain)).mean).toBeCloseTo(4, 13);
  expect(inceptionScore(featuresOf(certain.map(() => [1, 0, 0, 0]))).mean).toBe(1);
  expect(inceptionScore(featuresOf(certain.map(() => [0.25, 0.25, 0.25, 0.25]))).mean).toBe(1);
});

test('two of four classes in shares 3 : 1 give the exponential of their entropy', () => {
  const rows = featuresOf([...Array(3).fill([1, 0, 0, 0]), [0, 0, 0, 1]]);
  const entropy = -(0.75 * Math.log(0.75) + 0.25 * Math.log(0.25));
  expect(inceptionScore(rows).mean).toBeCloseTo(Math.exp(entropy), 13);
});

test.each<[string, readonly (readonly number[])[], number, string, RegExp]>([
  ['logits', [[2, -1]], 1, 'E_DATA', /row 0.*Pass probabilities, not logits/],
  [
    'a sum of 0.9',
    [
      [0.5, 0.5],
      [0.5, 0.4],
    ],
    1,
    'E_DATA',
    /row 1.*sum of 0\.9/,
  ],
  ['NaN', [[Number.NaN, 1]], 1, 'E_DATA', /not finite/],
  ['more splits than rows', [[1, 0]], 2, 'E_CONFIG', /got 2.*at most 1/],
  ['no split', [[1, 0]], 0, 'E_CONFIG', /got 0/],
])('%s is refused', (_, rows, splits, code, message) => {
  const act = () => inceptionScore(featuresOf(rows), { splits });
  expect(act).toThrow(TintypeError);
  expect(act).toThrow(message);
  expect(act).toThrow(expect.objectContaining({ code }));
});
