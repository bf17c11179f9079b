import { tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { type DataFiles, gatherImages, loadMnist } from '@tintype/datasets';
import { createPackageDataFiles } from '@tintype/datasets/node';
import { expect, test } from 'vitest';
import { evaluateDigits } from './evaluate-digits.ts';

const size = 400;
const files = firstDigits(createPackageDataFiles(), size);

describeOnBackends(
  'evaluateDigits',
  () => {
    test('reads real digits as labelled, and as anything else a tenth of them', async () => {
      const { labels } = await loadMnist({ files, split: 'test' });
      const before = tf.memory().numTensors;
      const right = await evaluate((index) => labels![index]!);
      expect(right.labelAccuracy).toBeGreaterThan(0.96);
      expect(right.classifierAccuracy).toBe(right.labelAccuracy);
      const others = await evaluate((index) => labels![(index + 7) % size]!);
      expect(others.labelAccuracy).toBeLessThan(0.2);
      expect(others.classifierAccuracy).toBe(right.classifierAccuracy);
      expect(tf.memory().numTensors).toBe(before);
    });

    test('label −1 is not counted, and where there is no other the error says so', async () => {
      const { labels } = await loadMnist({ files, split: 'test' });
      const some = await evaluate((index) => (index % 2 === 0 ? labels![index]! : -1));
      expect(some.labelAccuracy).toBeGreaterThan(0.96);
      await expect(evaluate(() => -1)).rejects.toThrow(/no sample was asked to be a digit/);
    });

    test('digits of another size are resized to be read, the test digits with them', async () => {
      const { labels } = await loadMnist({ files, split: 'test' });
      const small = await evaluate((index) => labels![index]!, 16);
      expect(small.classifierAccuracy).toBe(small.labelAccuracy);
      expect(small.classifierAccuracy).toBeGreaterThan(0.85);
      expect((await evaluate((index) => labels![index]!, 4)).classifierAccuracy).toBeLessThan(0.8);
    });

    test('stops when it is aborted, and leaves nothing behind', async () => {
      const before = tf.memory().numTensors;
      const stopped = evaluate(() => 0, 28, AbortSignal.abort());
      await expect(stopped).rejects.toMatchObject({ code: 'E_ABORTED' });
      expect(tf.memory().numTensors).toBe(before);
    });
  },
  { backends: ['wasm'] },
);

async function evaluate(labelOf: (index: number) => number, imageSize = 28, signal?: AbortSignal) {
  const held = await loadMnist({ files, split: 'test' });
  async function* digits() {
    for (let first = 0; first < size; first += 100) {
      const indices = Array.from({ length: 100 }, (_, i) => first + i);
      yield gatherImages(held, indices, imageSize);
    }
  }
  return evaluateDigits(digits(), { labelOf, imageSize, files, ...(signal && { signal }) });
}

/** The first images and labels of each IDX file, whose header says at byte 4 how many it holds. */
function firstDigits(all: DataFiles, count: number): DataFiles {
  return {
    async read(path) {
      const bytes = await all.read(path);
      const isImages = path.endsWith('idx3-ubyte');
      const part = bytes.slice(0, isImages ? 16 + count * 28 * 28 : 8 + count);
      new DataView(part.buffer).setUint32(4, count);
      return part;
    },
  };
}
