import { expect, test } from 'vitest';
import { gaussianWindow, smoothInside } from './gaussian-window.ts';

test('the window is symmetric, sums to 1 and falls by e^(−1/2σ²) from the middle', () => {
  const window = gaussianWindow(11, 1.5);
  expect(window.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 14);
  expect(window.slice().reverse()).toEqual(window);
  expect(window[4]! / window[5]!).toBeCloseTo(Math.exp(-1 / 4.5), 14);
});

test('only places where it fits are kept, in rows; a slope gives its middle', () => {
  const size = { height: 4, width: 6 };
  const plane = Float64Array.from({ length: 24 }, (_, i) => 10 * Math.floor(i / 6) + (i % 6));
  const smoothed = smoothInside(plane, size, gaussianWindow(3, 1));
  const expected = [11, 12, 13, 14, 21, 22, 23, 24];
  expect(smoothed).toHaveLength(8);
  smoothed.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 12);
  });
});
