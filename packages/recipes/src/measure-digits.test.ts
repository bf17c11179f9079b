import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { createPackageDataFiles } from '@tintype/datasets/node';
import { expect, test } from 'vitest';
import { digitBatches } from './digit-batches.ts';
import { createDigitReference } from './digit-reference.ts';
import { perPixelGaussians } from './known-bad-digits.ts';
import { labelAccuracy, measureDigits } from './measure-digits.ts';

const rng = createRandomStream(1);

describeOnBackends(
  'measureDigits',
  () => {
    test('knows copies of training digits, and tells Gaussian pixels from digits', async () => {
      const before = tf.memory().numTensors;
      const reference = await createDigitReference({ files: createPackageDataFiles(), imageSize: 28 });
      const { train } = reference;
      const { figures: copies } = await measureDigits(digitBatches(train, { count: 200 }), reference, {
        rng,
      });
      expect(copies).toMatchObject({ memorizationRatio: 0, memorizationShare: 1, classesCovered: 10 });
      expect(copies.fidLenet).toBeLessThan(0.05 * copies.fidPixelGaussian);
      expect(copies.precision).toBeGreaterThan(0.8);
      const noise = perPixelGaussians(train, { imageSize: 28, count: 200, rng });
      const { figures: bad } = await measureDigits(noise, reference, { rng });
      expect(bad.fidLenet).toBeGreaterThan(0.9 * bad.fidPixelGaussian);
      expect(bad.classesCovered).toBeLessThan(10);
      expect(bad.recall).toBeLessThan(0.2);
      reference.dispose();
      expect(tf.memory().numTensors).toBe(before);
    });
  },
  { backends: ['wasm'] },
);

test('what was asked to be anything is not counted, and nothing at all is refused', () => {
  expect(labelAccuracy([1, 2, 3, 4], (i) => [1, 2, 0, -1][i]!)).toBeCloseTo(2 / 3, 12);
  expect(() => labelAccuracy([1], () => -1)).toThrow(/no sample was asked to be a digit/);
});
