import { createRandomStream, type tf } from '@tintype/core-tensor';
import { describeOnBackends, expectNoLeaks } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import type { ImageDataset } from './dataset.ts';
import { createImageBatches } from './image-batches.ts';
import { createStackedMnist } from './stacked-mnist.ts';

// Twenty digits of 2×2 pixels: the level of digit i is 10·i, its label i mod 10.
const digits: ImageDataset = {
  name: 'digits',
  size: 20,
  height: 2,
  width: 2,
  channels: 1,
  pixels: Uint8Array.from({ length: 80 }, (_, i) => 10 * Math.floor(i / 4) + (i % 4)),
  labels: Uint8Array.from({ length: 20 }, (_, i) => i % 10),
};
const rng = () => createRandomStream(2);

describeOnBackends('createStackedMnist', () => {
  test('the label reads red, green and blue as hundreds, tens and units', async () => {
    const stacked = await createStackedMnist(digits, { size: 200, rng: rng() });
    expect([stacked.size, stacked.channels, stacked.pixels.length]).toEqual([200, 3, 200 * 12]);
    for (let i = 0; i < stacked.size; i++) {
      const found = [0, 1, 2].map((channel) => {
        const plane = [0, 1, 2, 3].map((pixel) => stacked.pixels[i * 12 + pixel * 3 + channel]!);
        expect(plane.map((level) => level - plane[0]!)).toEqual([0, 1, 2, 3]);
        return Math.floor(plane[0]! / 10) % 10;
      });
      expect(`${found.join('')}`).toBe(stacked.classNames![stacked.labels![i]!]);
    }
  });

  test('image i is the same in a set of any size, and another seed gives others', async () => {
    const few = await createStackedMnist(digits, { size: 7, rng: rng() });
    const many = await createStackedMnist(digits, { size: 50, rng: rng() });
    expect(many.pixels.subarray(0, few.pixels.length)).toEqual(few.pixels);
    expect(many.labels!.slice(0, 7)).toEqual(few.labels);
    const other = await createStackedMnist(digits, { size: 7, rng: createRandomStream(3) });
    expect(other.pixels).not.toEqual(few.pixels);
  });

  test('all thousand classes occur about equally often, and batches give them as int32', async () => {
    const stacked = await createStackedMnist(digits, { size: 20_000, rng: rng() });
    expect(new Set(stacked.labels).size).toBe(1000);
    // χ² of 999 degrees of freedom has mean 999 and standard deviation 44.7.
    expect(Math.abs(chiSquare(stacked.labels!) - 999)).toBeLessThan(5 * 44.7);
    const skewed = { ...digits, labels: Uint8Array.from({ length: 20 }, (_, i) => (i === 3 ? 4 : i % 10)) };
    const other = await createStackedMnist(skewed, { size: 20_000, rng: rng() });
    expect(Math.abs(chiSquare(other.labels!) - 999)).toBeGreaterThan(5 * 44.7);
    const batches = createImageBatches(stacked, { batchSize: 64, rng: rng() });
    const { images, labels } = (await batches.batch(0)) as Record<string, tf.Tensor>;
    expect([labels!.dtype, images!.shape]).toEqual(['int32', [64, 2, 2, 3]]);
    expect(Math.max(...labels!.dataSync())).toBeGreaterThan(255);
    images!.dispose();
    labels!.dispose();
  });

  test('nothing is left behind', async () => {
    await expectNoLeaks(() => createStackedMnist(digits, { size: 5, rng: rng() }));
  });

  test('what is no set of grey digits is refused', async () => {
    const stack = (changed: object, size = 3) =>
      createStackedMnist({ ...digits, ...changed }, { size, rng: rng() });
    await expect(stack({ channels: 3 })).rejects.toThrow(/got 3 channels/);
    await expect(stack({ labels: undefined })).rejects.toThrow(/no labels/);
    await expect(stack({ labels: new Uint8Array(20).fill(10) })).rejects.toThrow(/label 10/);
    for (const size of [0, 1.5, Number.NaN])
      await expect(stack({}, size)).rejects.toMatchObject({ code: 'E_DATA' });
  });
});

/** Of 20 000 labels against equally many of each of 1 000 classes. */
function chiSquare(labels: ArrayLike<number>): number {
  const counts = new Float64Array(1000);
  for (let i = 0; i < labels.length; i++) counts[labels[i]!]!++;
  return counts.reduce((sum, count) => sum + (count - 20) ** 2 / 20, 0);
}
