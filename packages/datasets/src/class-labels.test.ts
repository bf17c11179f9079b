import { expect, test } from 'vitest';
import { toClassLabels } from './class-labels.ts';
import { createImageDataset } from './image-dataset.ts';

test('labels to 255 are bytes, larger ones int32, none is cut', () => {
  expect(toClassLabels([0, 255], 'labels')).toEqual(Uint8Array.of(0, 255));
  expect(toClassLabels([0, 256], 'labels')).toEqual(Int32Array.of(0, 256));
  expect(toClassLabels([2 ** 31 - 1], 'labels')).toEqual(Int32Array.of(2 ** 31 - 1));
});

test('what is no class is refused with its index', () => {
  expect(() => toClassLabels([0, 2 ** 31], 'labels')).toThrow(/labels\[1\]/);
  expect(() => toClassLabels([999, 1000], 'labels', 1000)).toThrow(/labels\[1\].*got 1000/);
  expect(() => toClassLabels([-1], 'labels')).toThrow(/labels\[0\].*got -1/);
});

test('a dataset of a thousand classes keeps its labels', () => {
  const values = Uint8Array.of(1, 2, 3);
  const shape = { name: 'many', height: 1, width: 1, channels: 1 };
  expect([...createImageDataset({ ...shape, values, labels: [0, 999, 256] }).labels!]).toEqual([0, 999, 256]);
});
