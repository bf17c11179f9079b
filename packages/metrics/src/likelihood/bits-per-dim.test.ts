import { expect, test } from 'vitest';
import { bitsPerDim, natsOfBitsPerDim } from './bits-per-dim.ts';

const dimensions = 784;

test('256 equally likely levels are 8 bits on every scale', () => {
  expect(bitsPerDim(dimensions * Math.log(256), dimensions)).toBeCloseTo(8, 12);
  // A uniform density over 256 level widths: −ln p = D · ln(256 · spacing).
  for (const levelSpacing of [1 / 127.5, 1 / 255, 1]) {
    const nats = dimensions * Math.log(256 * levelSpacing);
    expect(bitsPerDim(nats, dimensions, { levelSpacing })).toBeCloseTo(8, 12);
  }
});

test('images in [-1, 1] add log2 127.5 to the plain conversion, which would look better by that much', () => {
  const plain = bitsPerDim(-1000, dimensions);
  expect(bitsPerDim(-1000, dimensions, { levelSpacing: 1 / 127.5 }) - plain).toBeCloseTo(
    Math.log2(127.5),
    12,
  );
  expect(plain).toBeLessThan(0);
});

test('binary pixels at a fair coin each are 1 bit, and 89.78 nats are 0.165 bits per dimension', () => {
  expect(bitsPerDim(dimensions * Math.LN2, dimensions)).toBeCloseTo(1, 12);
  expect(bitsPerDim(89.78, dimensions)).toBeCloseTo(0.1652, 4);
});

test('the way back is the inverse, and the number of dimensions matters', () => {
  const options = { levelSpacing: 1 / 127.5 };
  expect(natsOfBitsPerDim(bitsPerDim(123.4, 784, options), 784, options)).toBeCloseTo(123.4, 9);
  expect(natsOfBitsPerDim(bitsPerDim(123.4, 784, options), 784)).not.toBeCloseTo(123.4, 0);
});

test('impossible numbers are refused', () => {
  for (const run of [
    () => bitsPerDim(Number.NaN, 1),
    () => bitsPerDim(1, 0),
    () => bitsPerDim(1, 1, { levelSpacing: 0 }),
    () => natsOfBitsPerDim(Number.POSITIVE_INFINITY, 1),
  ]) {
    expect(run).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
  }
});
