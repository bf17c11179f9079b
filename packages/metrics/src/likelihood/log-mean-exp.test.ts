import { expect, test } from 'vitest';
import { logMeanExp } from './log-mean-exp.ts';

test('it is the logarithm of the mean of the exponentials', () => {
  expect(logMeanExp([0, Math.log(3)])).toBeCloseTo(Math.log(2), 15);
  expect(logMeanExp([-2.5])).toBe(-2.5);
  expect(logMeanExp([Number.NEGATIVE_INFINITY, 0])).toBeCloseTo(Math.log(0.5), 15);
  expect(logMeanExp([Number.NEGATIVE_INFINITY])).toBe(Number.NEGATIVE_INFINITY);
});

test('it moves with its values where plain exponentials would overflow or vanish', () => {
  const spread = logMeanExp([0, 1, 2]);
  for (const shift of [-5000, 5000]) {
    const shifted = [0, 1, 2].map((value) => value + shift);
    expect(logMeanExp(shifted)).toBeCloseTo(spread + shift, 10);
    const plain = Math.log(shifted.reduce((sum, value) => sum + Math.exp(value), 0) / 3);
    expect(Number.isFinite(plain)).toBe(false);
  }
});

test('no values, NaN and +∞ are refused', () => {
  for (const values of [[], [0, Number.NaN], [Number.POSITIVE_INFINITY]]) {
    expect(() => logMeanExp(values)).toThrow(expect.objectContaining({ code: 'E_DATA' }));
  }
});
