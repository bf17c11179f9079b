import { createRandomStream } from '@tintype/core-tensor';
import { describeOnBackends, expectNoLeaks } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { createAttributeBatches } from './attribute-batches.ts';
import type { ImageDataset } from './dataset.ts';
import { takeImages } from './image-dataset.ts';
import { numberedImages, readBatch, readNumbers } from './numbered-images.test-support.ts';

const rng = () => createRandomStream(3);
const attributeNames = ['glasses', 'beard', 'hat'];
// The attributes of image i are the binary digits of i.
const dataset: ImageDataset = {
  ...numberedImages('bits', 8),
  attributes: Uint8Array.from({ length: 24 }, (_, i) => (Math.floor(i / 3) >> (i % 3)) & 1),
  attributeNames,
};

describeOnBackends('createAttributeBatches', () => {
  test('each row of attributes belongs to the image of that row', () => {
    const batches = createAttributeBatches(dataset, { batchSize: 5, rng: rng() });
    for (const step of [0, 1, 7]) {
      readBatch(batches.batch(step), ({ images, attributes }) => {
        expect([attributes!.shape, attributes!.dtype]).toEqual([[5, 3], 'float32']);
        const bits = readNumbers(images!).flatMap((number) => [0, 1, 2].map((bit) => (number >> bit) & 1));
        expect([...attributes!.dataSync()]).toEqual(bits);
      });
    }
  });

  test('chosen attributes come in the order asked for, with the images unchanged', () => {
    const all = createAttributeBatches(dataset, { batchSize: 8, rng: rng() });
    const chosen = createAttributeBatches(dataset, {
      batchSize: 8,
      rng: rng(),
      attributes: ['hat', 'glasses'],
    });
    const numbers = readBatch(all.batch(2), ({ images }) => readNumbers(images!));
    readBatch(chosen.batch(2), ({ images, attributes }) => {
      expect(readNumbers(images!)).toEqual(numbers);
      expect([...attributes!.dataSync()]).toEqual(numbers.flatMap((number) => [number >> 2, number & 1]));
    });
  });

  test('a request overrules size and batch, and nothing is left behind', async () => {
    const batches = createAttributeBatches(dataset, { batchSize: 8, rng: rng() });
    await expectNoLeaks(() =>
      readBatch(batches.batch(1, { batchSize: 3, imageSize: 4 }), ({ images, attributes }) => {
        expect(images!.shape).toEqual([3, 4, 4, 1]);
        expect(attributes!.shape).toEqual([3, 3]);
      }),
    );
  });
});

test.each([
  [['glases'], /got glases, expected one of glasses, beard, hat\)\. The nearest is glasses/],
  [['beard', 'moustache'], /got moustache, expected one of glasses, beard, hat\)(?!.*nearest)/],
  [['hat', 'hat'], /chosen twice \(got hat/],
  [[], /no attribute is chosen \(expected one of glasses, beard, hat/],
])('the choice %j is refused before the first step', (attributes, message) => {
  expect(() => createAttributeBatches(dataset, { batchSize: 1, rng: rng(), attributes })).toThrow(message);
});

test('a dataset without attributes, or with contradicting ones, is refused', () => {
  const batchesOf = (changed: ImageDataset) => () =>
    createAttributeBatches(changed, { batchSize: 1, rng: rng() });
  expect(batchesOf(numberedImages('plain', 8))).toThrow(/has no attributes/);
  expect(batchesOf({ ...dataset, attributes: new Uint8Array(23) })).toThrow(/got 23 values, 3 names/);
  expect(batchesOf({ ...dataset, attributeNames: ['a', 'b', 'a'] })).toThrow(/stands twice \(got a/);
  const odd = Uint8Array.from(dataset.attributes!);
  odd[4] = 2;
  expect(batchesOf({ ...dataset, attributes: odd })).toThrow(
    /attributes\[1\]\.beard.*got 2, expected 0 or 1/,
  );
  expect(batchesOf(dataset)).not.toThrow();
});

test('the first images keep their attributes', () => {
  expect([...takeImages(dataset, 3).attributes!]).toEqual([0, 0, 0, 1, 0, 0, 0, 1, 0]);
});
