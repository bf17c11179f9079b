import { expect, test } from 'vitest';
import { classificationAccuracy } from './classification-accuracy.ts';
import { perClassAccuracy } from './per-class-accuracy.ts';

const expected = [0, 0, 0, 0, 1, 1, 2, 2];

test('accuracy is the share that agrees', () => {
  expect(classificationAccuracy(expected, expected)).toBe(1);
  expect(classificationAccuracy([0, 0, 0, 0, 1, 0, 0, 0], expected)).toBe(5 / 8);
  expect(classificationAccuracy([1, 1, 1, 1, 2, 2, 0, 0], expected)).toBe(0);
});

test('a class that is never right shows in its own line, not in the total', () => {
  const predicted = [0, 0, 0, 0, 1, 1, 1, 1];
  expect(classificationAccuracy(predicted, expected)).toBe(0.75);
  expect(perClassAccuracy(predicted, expected, 3)).toEqual({ perClass: [1, 1, 0], mean: 2 / 3, smallest: 0 });
});

test('labels shuffled over ten classes are right about one time in ten', () => {
  const labels = Array.from({ length: 1000 }, (_, i) => i % 10);
  const shifted = labels.map((label, i) => (label + Math.floor(i / 10)) % 10);
  expect(classificationAccuracy(shifted, labels)).toBeCloseTo(0.1, 10);
});

test('lengths, labels and classes that do not fit are refused', () => {
  expect(() => classificationAccuracy([0], [0, 1])).toThrow(expect.objectContaining({ code: 'E_LABEL' }));
  expect(() => classificationAccuracy([-1], [0])).toThrow(expect.objectContaining({ code: 'E_LABEL' }));
  expect(() => classificationAccuracy([], [])).toThrow(expect.objectContaining({ code: 'E_DATA' }));
  expect(() => perClassAccuracy([0, 3], [0, 1], 3)).toThrow(expect.objectContaining({ code: 'E_LABEL' }));
  expect(() => perClassAccuracy([0, 1], [0, 1], 3)).toThrow(/none of class 2/);
});
