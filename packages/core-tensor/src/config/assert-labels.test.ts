import { expect, test } from 'vitest';
import { assertLabels } from './assert-labels.ts';

test('labels within the classes pass', () => {
  assertLabels(Int32Array.of(0, 9, 3), 10, 'labels', 3);
});

test.each([
  ['−1', [0, -1, 2], 1],
  ['the number of classes', [10], 0],
  ['a fraction', [0, 1, 1.5], 2],
  ['NaN', [Number.NaN], 0],
  ['Infinity', [1, Number.POSITIVE_INFINITY], 1],
])('%s is refused with the index of the first bad label', (_, labels, index) => {
  expect(() => assertLabels(labels, 10, 'labels')).toThrow(
    expect.objectContaining({ code: 'E_LABEL', message: expect.stringContaining(`labels[${index}]`) }),
  );
});

test('a wrong number of labels is refused with both numbers', () => {
  expect(() => assertLabels([1, 2], 10, 'labels', 3)).toThrow(/got 2 labels, expected 3/);
});
