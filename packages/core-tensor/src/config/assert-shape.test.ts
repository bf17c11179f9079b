import { TintypeError } from '@tintype/backend';
import { expect, test } from 'vitest';
import { assertShape } from './assert-shape.ts';

test('a shape that fits passes, with null for any length', () => {
  assertShape({ shape: [5, 8, 8, 3] }, [null, 8, 8, 3], 'images');
  assertShape({ shape: [] }, [], 'scalar');
});

test.each([
  ['a wrong channel count', [5, 8, 8, 1]],
  ['height and width that differ', [5, 8, 6, 3]],
  ['a missing axis', [8, 8, 3]],
  ['an extra axis', [1, 5, 8, 8, 3]],
  ['an empty batch', [0, 8, 8, 3]],
])('%s is refused with got and expected', (_, shape) => {
  const attempt = () => assertShape({ shape }, [null, 8, 8, 3], 'images');
  expect(attempt).toThrow(TintypeError);
  expect(attempt).toThrow(`images: `);
  expect(attempt).toThrow(`got [${shape.join(', ')}], expected [any, 8, 8, 3]`);
});
