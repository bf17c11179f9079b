import { type ImageBatch, selectBackend } from '@tintype/core-tensor';
import { beforeAll, expect, test } from 'vitest';
import { changeImages as change, fillImages as fill, picture } from './drawn-images.test-support.ts';
import { gaussianWindow, smoothInside } from './gaussian-window.ts';
import { ssim } from './ssim.ts';

beforeAll(async () => {
  await selectBackend({ backend: 'cpu' });
});

test('identical images have similarity 1', () => {
  const images = picture('a');
  expect(ssim(images, images).mean).toBeCloseTo(1, 12);
});

test('two flat images differ in luminance only: (2ab + C1) / (a² + b² + C1)', () => {
  const [a, b] = [0.625, 0.25]; // of the range
  const expected = (2 * a * b + 1e-4) / (a * a + b * b + 1e-4);
  expect(ssim(fill(0.25), fill(-0.5)).mean).toBeCloseTo(expected, 12);
  expect(ssim(fill(0.25), fill(-0.5)).mean).toBeLessThan(0.7);
});

test('a constant shift leaves structure alone: the mean of the luminance terms', () => {
  const images = picture('a', [1, 11, 11, 1]);
  const shift = 0.25;
  const [window, centre] = [Array.from({ length: 11 }, (_, i) => Math.exp(-((i - 5) ** 2) / 4.5)), 0.5];
  const norm = window.reduce((sum, weight) => sum + weight) ** 2;
  let mu = 0;
  images.values.forEach((value, i) => {
    mu += (window[Math.floor(i / 11)]! * window[i % 11]! * (value + 1) * centre) / norm;
  });
  const shifted = mu + shift / 2;
  const expected = (2 * mu * shifted + 1e-4) / (mu * mu + shifted * shifted + 1e-4);
  expect(
    ssim(
      images,
      change(images, (value) => value + shift),
    ).mean,
  ).toBeCloseTo(expected, 7);
});

test('SSIM equals the definition written out window by window', () => {
  const [a, b] = [picture('a'), picture('b')];
  const written = writtenOut(a, b, 1);
  expect(ssim(a, b).perImage[1]).toBeCloseTo(written, 10);
  expect(ssim(a, b).perImage[0]).not.toBeCloseTo(written, 3);
});

/** Weighted means, variances and covariance of each 11 × 11 window around its own means, on the scale 0 … 255. */
function writtenOut(a: ImageBatch, b: ImageBatch, image: number): number {
  const [, height, width, channels] = a.shape;
  const values: number[] = [];
  const at = ({ values: pixels }: ImageBatch, y: number, x: number, c: number) =>
    (pixels[((image * height + y) * width + x) * channels + c]! + 1) * 127.5;
  for (let c = 0; c < channels; c++) {
    for (let top = 0; top + 11 <= height; top++) {
      for (let left = 0; left + 11 <= width; left++) {
        const places = Array.from({ length: 121 }, (_, i) => ({ dy: Math.floor(i / 11), dx: i % 11 }));
        const weights = places.map(({ dy, dx }) =>
          Math.exp(-((dy - 5) ** 2 + (dx - 5) ** 2) / (2 * 1.5 ** 2)),
        );
        const total = weights.reduce((sum, weight) => sum + weight);
        const expectation = (of: (dy: number, dx: number) => number) =>
          places.reduce((sum, { dy, dx }, i) => sum + (weights[i]! / total) * of(dy, dx), 0);
        const [pixelA, pixelB] = [a, b].map(
          (images) => (dy: number, dx: number) => at(images, top + dy, left + dx, c),
        ) as [(dy: number, dx: number) => number, (dy: number, dx: number) => number];
        const [muA, muB] = [expectation(pixelA), expectation(pixelB)];
        const varianceA = expectation((dy, dx) => (pixelA(dy, dx) - muA) ** 2);
        const varianceB = expectation((dy, dx) => (pixelB(dy, dx) - muB) ** 2);
        const covariance = expectation((dy, dx) => (pixelA(dy, dx) - muA) * (pixelB(dy, dx) - muB));
        const [c1, c2] = [(0.01 * 255) ** 2, (0.03 * 255) ** 2];
        values.push(
          ((2 * muA * muB + c1) * (2 * covariance + c2)) /
            ((muA * muA + muB * muB + c1) * (varianceA + varianceB + c2)),
        );
      }
    }
  }
  return values.reduce((sum, value) => sum + value) / values.length;
}

test('it is symmetric, falls as noise grows, and does not depend on the scale of the pixels', () => {
  const images = picture('a');
  const noise = picture('noise');
  const noisy = (amount: number) =>
    change(images, (value, i) => value + amount * (noise.values[i]! - 0.6 * Math.sin(i / 40)));
  const scores = [0.1, 0.5, 1].map((amount) => ssim(images, noisy(amount)).mean);
  expect(scores).toEqual(scores.slice().sort((a, b) => b - a));
  expect(new Set(scores).size).toBe(3);
  expect(ssim(noisy(1), images).mean).toBeCloseTo(scores[2]!, 12);
  const levels = (of: typeof images) => change(of, (value) => (value + 1) * 127.5);
  const onLevels = ssim(levels(images), levels(noisy(1)), { range: [0, 255] }).mean;
  expect(onLevels).toBeCloseTo(scores[2]!, 5);
});

test('the negative of a picture is unlike it: below 0', () => {
  const images = picture('a');
  expect(
    ssim(
      images,
      change(images, (value) => -value),
    ).mean,
  ).toBeLessThan(0);
});

test('shapes that differ, images below the window, and values of another range are refused', () => {
  const refused = (run: () => unknown, code: string) =>
    expect(run).toThrow(expect.objectContaining({ code }));
  refused(() => ssim(fill(0), fill(0, [1, 12, 12, 3])), 'E_SHAPE');
  refused(() => ssim(fill(0, [1, 10, 12, 1]), fill(0, [1, 10, 12, 1])), 'E_SHAPE');
  refused(() => ssim(fill(0), fill(255)), 'E_DATA');
  refused(() => ssim(fill(0), fill(0), { range: [0, Number.NaN] }), 'E_CONFIG');
});

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
