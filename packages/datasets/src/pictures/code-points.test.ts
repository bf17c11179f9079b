import { expect, test } from 'vitest';
import { compareCodePoints, hasSkinTone, normalizeCodePoints, withoutVariants } from './code-points.ts';

test('the same picture has the same code points, however a set writes them', () => {
  expect(normalizeCodePoints('0023-FE0F-20E3')).toBe('0023-20e3');
  expect(normalizeCodePoints('23-20e3')).toBe('0023-20e3');
  expect(normalizeCodePoints('1F9DD')).not.toBe(normalizeCodePoints('1F9DE'));
});

test('the order is that of the numbers, not of the text', () => {
  const sorted = ['1f600', '00a9', '2049', '1f600-200d', 'e000', '1f5ff'].sort(compareCodePoints);
  expect(sorted).toEqual(['00a9', '2049', 'e000', '1f5ff', '1f600', '1f600-200d']);
  expect(compareCodePoints('2049', '2049')).toBe(0);
  expect(compareCodePoints('1f600-200d', '1f600')).toBeGreaterThan(0);
});

test('skin tones are told from what looks like them', () => {
  expect(hasSkinTone('1f44b-1f3fd')).toBe(true);
  expect(hasSkinTone('1f44b')).toBe(false);
  expect(hasSkinTone('1f3fa')).toBe(false);
});

test.each([
  ['1f44b', '1f44b-1f3fd'],
  ['1f468-200d-1f680', '1f469-200d-1f680'],
  ['1f9d1-200d-1f680', '1f469-1f3ff-200d-1f680'],
  ['1f9df', '1f9df-200d-2642'],
  ['1f469', '1f469-200d-1f9b0'],
  ['1f48f', '1f469-200d-2764-200d-1f48b-200d-1f468'],
])('%s and %s look alike', (a, b) => {
  expect(withoutVariants(a)).toBe(withoutVariants(b));
});

test('pictures that do not look alike stay apart', () => {
  const codes = ['1f600', '1f468-200d-1f680', '1f468-200d-1f33e', '1f9df', '1f9de', '1f469', '1f1e9-1f1ea'];
  expect(new Set(codes.map(withoutVariants)).size).toBe(codes.length);
});
