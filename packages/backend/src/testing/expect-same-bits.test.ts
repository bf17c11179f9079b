import { expect, test } from 'vitest';
import { expectSameBits } from './expect-same-bits.ts';

test('tells numbers apart that are equal or both not numbers, and looks at views only', () => {
  const values = Float32Array.of(5, 0, Number.NaN, 1.5);
  expectSameBits(values.subarray(1), Float32Array.of(0, Number.NaN, 1.5));
  expect(() => expectSameBits(Float32Array.of(0), Float32Array.of(-0))).toThrow('bits differ at index 0');
  expect(() => expectSameBits(values, Float32Array.of(5, 0, 1, 1.5))).toThrow('index 2');
  expect(() => expectSameBits(values, values.subarray(1))).toThrow();
});
