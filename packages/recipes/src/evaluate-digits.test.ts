import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { gatherImages, loadMnist } from '@tintype/datasets';
import { createPackageDataFiles } from '@tintype/datasets/node';
import { expect, test } from 'vitest';
import { evaluateDigits } from './evaluate-digits.ts';

const files = createPackageDataFiles();

describeOnBackends(
  'evaluateDigits',
  () => {
    test('a short classifier reads real digits as labelled, and as anything else a tenth of them', async () => {
      const held = await loadMnist({ files, split: 'test' });
      const evaluate = (labelOf: (index: number) => number) =>
        evaluateDigits(digits(), { labelOf, imageSize: 28, files, rng: createRandomStream(1), steps: 120 });
      async function* digits() {
        for (const first of [0, 500]) {
          yield gatherImages(
            held,
            Array.from({ length: 500 }, (_, i) => first + i),
          );
        }
      }
      const before = tf.memory().numTensors;
      const right = await evaluate((index) => held.labels![index]!);
      expect(right.classifierAccuracy).toBeGreaterThan(0.85);
      expect(right.labelAccuracy).toBeGreaterThan(0.85);
      const others = await evaluate((index) => held.labels![(index + 7) % 1000]!);
      expect(others.labelAccuracy).toBeLessThan(0.2);
      // The classifier is a function of the seed, and label −1 is not counted.
      expect(others.classifierAccuracy).toBe(right.classifierAccuracy);
      const some = await evaluate((index) => (index % 2 === 0 ? held.labels![index]! : -1));
      expect(some.labelAccuracy).toBeGreaterThan(0.85);
      await expect(evaluate(() => -1)).rejects.toThrow(/no sample was asked to be a digit/);
      expect(tf.memory().numTensors).toBe(before);
    });
  },
  { backends: ['wasm'] },
);
