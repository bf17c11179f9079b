import { createRandomStream, type tf } from '@tintype/core-tensor';
import { describeOnBackends, expectNoLeaks } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { createBatchOrder } from './batch-order.ts';
import type { ImageDataset } from './dataset.ts';
import { createImageBatches } from './image-batches.ts';

const size = 10;
// Image i is a bright column on a ground of its own grey, so that every image names its index.
const dataset: ImageDataset = {
  name: 'numbered',
  size,
  height: 2,
  width: 2,
  channels: 1,
  pixels: Uint8Array.from({ length: size * 4 }, (_, i) => (i % 4 === 3 ? 255 : Math.floor(i / 4))),
  labels: Uint8Array.from({ length: size }, (_, i) => i),
  classNames: Array.from({ length: size }, (_, i) => `${i}`),
};

const rng = () => createRandomStream(7);
const sorted = (values: Iterable<number>) => [...values].sort((a, b) => a - b);
const everyIndex = Array.from({ length: size }, (_, i) => i);

test('three batches of four over ten samples: none dropped, each seen once an epoch', () => {
  const order = createBatchOrder(size, rng());
  const places = [0, 1, 2, 3, 4].flatMap((step) => [...order(step, 4)]);
  expect(sorted(places.slice(0, 10))).toEqual(everyIndex);
  expect(sorted(places.slice(10, 20))).toEqual(everyIndex);
  expect(places.slice(0, 10)).not.toEqual(places.slice(10, 20));
});

test('a step gives the same samples however it is reached, and another seed gives others', () => {
  const forward = createBatchOrder(size, rng());
  const batches = Array.from({ length: 30 }, (_, step) => [...forward(step, 4)]);
  const jumping = createBatchOrder(size, rng());
  for (const step of [29, 3, 17, 0, 4]) expect([...jumping(step, 4)]).toEqual(batches[step]);
  const other = createBatchOrder(size, createRandomStream(8));
  expect(batches.map((_, step) => [...other(step, 4)])).not.toEqual(batches);
});

describeOnBackends('createImageBatches', () => {
  test('images are float32 in [-1, 1] with the label of the same image', () => {
    const { images, labels } = read(createImageBatches(dataset, { batchSize: 4, rng: rng() }).batch(3));
    const values = images!.dataSync();
    const labelValues = labels!.dataSync();
    expect([images!.shape, images!.dtype]).toEqual([[4, 2, 2, 1], 'float32']);
    expect([labels!.shape, labels!.dtype]).toEqual([[4], 'int32']);
    for (let i = 0; i < 4; i++) {
      expect(values[4 * i]).toBeCloseTo(labelValues[i]! / 127.5 - 1, 6);
      expect(values[4 * i + 3]).toBe(1);
    }
    images!.dispose();
    labels!.dispose();
  });

  test('the whole dataset fits one batch', () => {
    const { images, labels } = read(createImageBatches(dataset, { batchSize: size, rng: rng() }).batch(0));
    expect(sorted(labels!.dataSync())).toEqual(everyIndex);
    images!.dispose();
    labels!.dispose();
  });

  test('imageSize resizes by area, and a request overrules size and batch', () => {
    const batches = createImageBatches(dataset, { batchSize: 4, rng: rng(), imageSize: 1 });
    const { images, labels } = read(batches.batch(0));
    expect(images!.shape).toEqual([4, 1, 1, 1]);
    const mean = (3 * labels!.dataSync()[0]! + 255) / 4;
    expect(images!.dataSync()[0]).toBeCloseTo(mean / 127.5 - 1, 6);
    const asked = read(batches.batch(0, { batchSize: 2, imageSize: 4 }));
    expect(asked.images!.shape).toEqual([2, 4, 4, 1]);
    for (const tensor of [images, labels, asked.images, asked.labels]) tensor!.dispose();
  });

  test('a batch leaves nothing behind but its own tensors', async () => {
    const batches = createImageBatches(dataset, { batchSize: 4, rng: rng() });
    await expectNoLeaks(() => {
      for (const tensor of Object.values(read(batches.batch(5)))) tensor.dispose();
    });
  });
});

test.each([
  [0, /batchSize.*got 0, expected an integer from 1 to 10/],
  [11, /got 11, expected an integer from 1 to 10/],
  [2.5, /got 2.5/],
  [Number.NaN, /got NaN/],
])('a batch of %d is refused before the first step', (batchSize, message) => {
  expect(() => createImageBatches(dataset, { batchSize, rng: rng() })).toThrow(message);
  const batches = createImageBatches(dataset, { batchSize: 1, rng: rng() });
  expect(() => batches.batch(0, { batchSize })).toThrow(message);
});

test('an empty dataset and a broken step are refused', () => {
  const empty = { ...dataset, size: 0, pixels: new Uint8Array(0), labels: new Uint8Array(0) };
  expect(() => createImageBatches(empty, { batchSize: 1, rng: rng() })).toThrow(/the dataset is empty/);
  const batches = createImageBatches(dataset, { batchSize: 1, rng: rng() });
  for (const step of [-1, 0.5, Number.NaN])
    expect(() => batches.batch(step)).toThrow(/a step is counted from 0/);
});

function read(batch: unknown): Record<string, tf.Tensor> {
  return batch as Record<string, tf.Tensor>;
}
