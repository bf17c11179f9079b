import { createRandomStream } from '@tintype/core-tensor';
import { expect, test } from 'vitest';
import { drawFeatures, featuresOf } from '../features/drawn-features.test-support.ts';
import type { Features } from '../features/features.ts';
import { selectRows } from '../features/select-rows.ts';
import { memorization } from './memorization.ts';

const draw = (seed: string, count: number) => drawFeatures({ count, dimension: 6, seed });
const join = (a: Features, b: Features): Features => ({
  ...a,
  count: a.count + b.count,
  values: Float32Array.from([...a.values, ...b.values]),
});
async function sets() {
  return { train: await draw('train', 1500), held: await draw('held', 400), fresh: await draw('fresh', 400) };
}

test('new images from the distribution of the data are not held for copies', async () => {
  const { train, held, fresh } = await sets();
  const found = memorization({ fake: fresh, train, held });
  expect(found.verdict).toBe('not-memorized');
  expect(Math.abs(found.ratio - 1)).toBeLessThan(0.1);
  expect(found.shareBelow).toBeLessThan(0.035);
});

test('copies of training images are found, each with the image that it copies', async () => {
  const { train, held } = await sets();
  const copied = createRandomStream(1).permutation(1500).subarray(0, 400);
  const found = memorization({ fake: selectRows(train, copied), train, held });
  expect(found).toMatchObject({ verdict: 'memorized', ratio: 0, shareBelow: 1 });
  expect([...found.nearest]).toEqual([...copied]);
});

test('one copy in ten is found among new images, and comes first', async () => {
  const { train, held, fresh } = await sets();
  const copied = Array.from({ length: 40 }, (_, i) => 7 * i);
  const mixed = join(
    selectRows(
      fresh,
      Array.from({ length: 360 }, (_, i) => i),
    ),
    selectRows(train, copied),
  );
  const found = memorization({ fake: mixed, train, held });
  expect(found.verdict).toBe('memorized');
  expect(found.ratio).toBeGreaterThan(0.8);
  expect(found.shareBelow).toBeGreaterThan(0.1);
  const first = [...found.closestFirst.subarray(0, 40)];
  expect(first.map((row) => found.nearest[row])).toEqual(copied);
  expect(found.distances[found.closestFirst[40]!]).toBeGreaterThan(0);
});

test('slightly changed copies have a low ratio though none is exact', async () => {
  const { train, held } = await sets();
  const noise = await draw('noise', 400);
  const near = { ...noise, values: noise.values.map((value, i) => train.values[i]! + 0.1 * value) };
  const found = memorization({ fake: near, train, held });
  expect(found.distances.every((distance) => distance > 0)).toBe(true);
  expect(found.ratio).toBeLessThan(0.3);
  expect(found.verdict).toBe('memorized');
});

test('distances, quantile and share by hand, and the limits are those given', () => {
  const lines = { train: featuresOf([[0], [10]]), held: featuresOf([[1], [2], [13], [14], [15]]) };
  const fake = featuresOf([[9.5], [-3], [16], [5]]);
  const found = memorization({ ...lines, fake, lowQuantile: 0.25, maximumShare: 0.3 });
  expect([...found.heldDistances]).toEqual([1, 2, 3, 4, 5]);
  expect([...found.distances]).toEqual([0.5, 3, 6, 5]);
  expect([...found.nearest]).toEqual([1, 0, 1, 0]);
  expect([...found.closestFirst]).toEqual([0, 1, 3, 2]);
  expect(found).toMatchObject({ verdict: 'not-memorized', ratio: 4 / 3, lowDistance: 2, shareBelow: 0.25 });
  expect(memorization({ ...lines, fake, lowQuantile: 0.2, maximumShare: 0.24 }).verdict).toBe('memorized');
  expect(
    memorization({ ...lines, fake, lowQuantile: 0.25, maximumShare: 0.3, minimumRatio: 1.5 }).verdict,
  ).toBe('memorized');
});

test('held-out images that were trained on, and sets and limits that do not fit, are refused', async () => {
  const { train, held, fresh } = await sets();
  const refused = (change: object, code: string) =>
    expect(() => memorization({ fake: fresh, train, held, ...change })).toThrow(
      expect.objectContaining({ code }),
    );
  refused({ held: selectRows(train, [1, 2, 3]) }, 'E_DATA');
  refused({ held: selectRows(held, [1]) }, 'E_DATA');
  refused({ fake: featuresOf([[1]]) }, 'E_SHAPE');
  refused({ lowQuantile: 0.05 }, 'E_CONFIG');
  refused({ minimumRatio: 0 }, 'E_CONFIG');
});
