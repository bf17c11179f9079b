import { expect, test } from 'vitest';
import { resizeArea } from './resize-area.ts';

const ramp = { height: 4, width: 4, channels: 1, values: Float32Array.from({ length: 16 }, (_, i) => i) };

test('halving averages each 2×2 block', () => {
  expect([...resizeArea(ramp, 2, 2)]).toEqual([2.5, 4.5, 10.5, 12.5]);
});

test('the own size changes nothing', () => {
  expect([...resizeArea(ramp, 4, 4)]).toEqual([...ramp.values]);
});

test('doubling repeats each pixel', () => {
  const image = { height: 1, width: 2, channels: 1, values: Float32Array.of(3, 7) };
  expect([...resizeArea(image, 2, 4)]).toEqual([3, 3, 7, 7, 3, 3, 7, 7]);
});

test('a fractional factor weighs partly covered pixels by their share', () => {
  const image = { height: 1, width: 3, channels: 1, values: Float32Array.of(0, 30, 60) };
  // Each new pixel covers 1.5 old ones: (0 + 30/2) / 1.5 and (30/2 + 60) / 1.5.
  expect([...resizeArea(image, 1, 2)]).toEqual([10, 50]);
});

test('the mean survives every size and channels stay apart', () => {
  const values = Float32Array.from({ length: 28 * 28 * 3 }, (_, i) => (i % 3) * 50 + ((i * 7919) % 97));
  const image = { height: 28, width: 28, channels: 3, values };
  for (const size of [7, 14, 16, 31, 32, 40]) {
    const resized = resizeArea(image, size, size);
    for (let channel = 0; channel < 3; channel++) {
      expect(channelMean(resized, channel)).toBeCloseTo(channelMean(values, channel), 3);
    }
  }
});

test('a size of 0 is refused', () => {
  expect(() => resizeArea(ramp, 0, 2)).toThrow(/at least one pixel/);
});

function channelMean(values: Float32Array, channel: number): number {
  const own = values.filter((_, i) => i % 3 === channel);
  return own.reduce((sum, value) => sum + value, 0) / own.length;
}
