import { expect, test } from 'vitest';
import { TintypeError } from './tintype-error.ts';

test('the message says where, what, got, expected and what to do', () => {
  const error = new TintypeError('E_CONFIG', {
    where: 'createUNet',
    what: 'imageSize must be divisible by 8',
    got: 30,
    expected: 'a multiple of 8',
    remedy: 'Use 24 or 32',
  });
  expect(error.code).toBe('E_CONFIG');
  expect(error.message).toBe(
    'createUNet: imageSize must be divisible by 8 (got 30, expected a multiple of 8). Use 24 or 32.',
  );
});

test('a long received value is cut, and the cause is kept', () => {
  const cause = new Error('disk');
  const error = new TintypeError('E_DATA', { what: 'bad', got: 'x'.repeat(1000), cause });
  expect(error.message.length).toBeLessThan(300);
  expect(error.cause).toBe(cause);
});
