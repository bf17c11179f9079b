import { expect, test } from 'vitest';
import { parseSeed, seedInPath } from './seed.ts';

test('whole numbers are numbers, beyond 2⁵³ bigints, the rest text', () => {
  expect(parseSeed('7')).toBe(7);
  expect(parseSeed('18446744073709551615')).toBe(18446744073709551615n);
  expect(parseSeed('hello')).toBe('hello');
  expect(parseSeed('1.5')).toBe(1.5);
});

test('a seed cannot lead out of its folder', () => {
  expect(seedInPath('../../etc')).toBe('.._.._etc');
});
