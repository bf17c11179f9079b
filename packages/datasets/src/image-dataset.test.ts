import { expect, test } from 'vitest';
import { assertImageDataset, createImageDataset, takeImages } from './image-dataset.ts';

const shape = { name: 'mine', height: 2, width: 2, channels: 1 } as const;

test('floats of a stated range become bytes', () => {
  const values = Float32Array.of(-1, -0.5, 0, 1);
  const { pixels, size } = createImageDataset({ ...shape, values, range: [-1, 1] });
  expect(size).toBe(1);
  expect([...pixels]).toEqual([0, 64, 128, 255]);
});

test.each<[string, number[], [number, number] | undefined, RegExp]>([
  ['NaN', [0, Number.NaN, 0, 1], [-1, 1], /values\[1\].*got NaN/],
  ['infinity', [0, 1, Number.POSITIVE_INFINITY, 1], [0, 1], /values\[2\].*got Infinity/],
  ['0 to 255 given as −1 to 1', [0, 100, 200, 255], [-1, 1], /got values from 0 to 255, expected -1 to 1/],
  ['0 to 1 given as −1 to 1', [0, 0.5, 0.2, 1], [-1, 1], /got values from 0 to 1, expected -1 to 1/],
  ['0 to 1 given as 0 to 255', [0, 0.5, 0.2, 1], [0, 255], /got values from 0 to 1, expected 0 to 255/],
  ['−1 to 1 given as 0 to 1', [-1, 0.5, 0.2, 1], [0, 1], /got values from -1 to 1, expected 0 to 1/],
  ['no range', [0, 0.5, 0.2, 1], undefined, /floats need the values of black and white/],
  ['an upside-down range', [0, 0.5, 0.2, 1], [1, 0], /got \[1, 0\]/],
  ['equal pixels', [0.5, 0.5, 0.5, 0.5], [0, 1], /got values from 0.5 to 0.5/],
])('%s is refused with what was seen', (_, values, range, message) => {
  expect(() =>
    createImageDataset({ ...shape, values: Float32Array.from(values), ...(range ? { range } : {}) }),
  ).toThrow(message);
});

test('bytes need no range, but must be whole images that differ', () => {
  expect(createImageDataset({ ...shape, values: Uint8Array.of(1, 2, 3, 4) }).size).toBe(1);
  expect(() => createImageDataset({ ...shape, values: Uint8Array.of(1, 2, 3) })).toThrow(/got 3 values/);
  expect(() => createImageDataset({ ...shape, values: new Uint8Array(8) })).toThrow(/every pixel.*same/);
  expect(() => createImageDataset({ ...shape, values: Uint8Array.of(1, 2, 3, 4, 1, 2, 3, 4) })).toThrow(
    /all images.*equal \(got 2 times one image/,
  );
  expect(() => createImageDataset({ ...shape, values: new Uint8Array(0) })).toThrow(/empty/);
});

test('labels are checked against the classes, with the index of the first bad one', () => {
  const values = Uint8Array.from({ length: 8 }, (_, i) => i);
  const classNames = ['a', 'b'];
  expect(() => createImageDataset({ ...shape, values, labels: [0, 2], classNames })).toThrow(
    /labels\[1\].*got 2, expected a whole number from 0 to 1/,
  );
  expect(() => createImageDataset({ ...shape, values, labels: [0, 1.5], classNames })).toThrow(/got 1.5/);
  expect(() => createImageDataset({ ...shape, values, labels: [0, -1], classNames })).toThrow(/got -1/);
  expect(() => createImageDataset({ ...shape, values, labels: [0], classNames })).toThrow(
    /got 1, expected 2/,
  );
});

test('a dataset that contradicts itself is refused', () => {
  const dataset = { ...shape, size: 3, pixels: new Uint8Array(8) };
  expect(() => assertImageDataset(dataset, 'here')).toThrow(/3 images of 2×2×1.*got 8, expected 12/);
});

test('the first images share memory with the whole', () => {
  const values = Uint8Array.from({ length: 12 }, (_, i) => i);
  const whole = createImageDataset({ ...shape, values, labels: [0, 1, 2] });
  const part = takeImages(whole, 2);
  expect(part.size).toBe(2);
  expect(part.pixels.buffer).toBe(whole.pixels.buffer);
  expect([...(part.labels ?? [])]).toEqual([0, 1]);
  expect(() => takeImages(whole, 4)).toThrow(/got 4, expected an integer from 1 to 3/);
});
