import { createRandomStream, selectBackend, tf } from '@tintype/core-tensor';
import { beforeAll, expect, test } from 'vitest';
import { changeImages as change, fillImages as fill, picture } from './drawn-images.test-support.ts';
import { psnr } from './psnr.ts';

beforeAll(async () => {
  await selectBackend({ backend: 'cpu' });
});

test('identical images have no error', () => {
  const images = picture('a');
  expect(psnr(images, images)).toEqual({
    perImage: [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    mean: Number.POSITIVE_INFINITY,
    meanSquaredError: 0,
  });
});

test('an error of e everywhere is 20 log10(2 / e) dB, each image by itself', () => {
  const { perImage, mean, meanSquaredError } = psnr(
    fill(0.25, [2, 3, 4, 1]),
    change(fill(0.25, [2, 3, 4, 1]), (value, i) => value + (i < 12 ? 0.5 : 0.125)),
  );
  expect(perImage[0]).toBeCloseTo(20 * Math.log10(4), 10);
  expect(perImage[1]).toBeCloseTo(20 * Math.log10(16), 10);
  expect(mean).toBeCloseTo(20 * Math.log10(8), 10);
  expect(meanSquaredError).toBeCloseTo((0.25 + 0.015625) / 2, 12);
});

test('noise of σ 0.3 on [-1, 1] is 16.5 dB, as its variance says', () => {
  const noisy = change(fill(0, [4, 28, 28, 1]), () => 0);
  const noise = tf.tidy(() =>
    createRandomStream(1)
      .normal([4 * 784], 0, 0.3)
      .dataSync<'float32'>(),
  );
  expect(psnr(noisy, { ...noisy, values: noise }).mean).toBeCloseTo(10 * Math.log10(4 / 0.09), 0);
});

test('it is symmetric, falls as noise grows, and does not depend on the scale of the pixels', () => {
  const images = picture('a');
  const noise = picture('noise');
  const noisy = (amount: number) =>
    change(images, (value, i) => value + amount * (noise.values[i]! - 0.6 * Math.sin(i / 40)));
  const scores = [0.1, 0.5, 1].map((amount) => psnr(images, noisy(amount)).mean);
  expect(scores).toEqual(scores.slice().sort((a, b) => b - a));
  expect(new Set(scores).size).toBe(3);
  expect(psnr(noisy(1), images).mean).toBeCloseTo(scores[2]!, 12);
  const levels = (of: typeof images) => change(of, (value) => (value + 1) * 127.5);
  const onLevels = psnr(levels(images), levels(noisy(1)), { range: [0, 255] }).mean;
  expect(onLevels).toBeCloseTo(scores[2]!, 4);
});

test('shapes that differ, and values and ranges that cannot be, are refused', () => {
  const refused = (run: () => unknown, code: string) =>
    expect(run).toThrow(expect.objectContaining({ code }));
  refused(() => psnr(fill(0), fill(0, [1, 12, 12, 3])), 'E_SHAPE');
  refused(() => psnr(fill(0), { shape: [1, 12, 12, 1], values: new Float32Array(3) }), 'E_SHAPE');
  refused(() => psnr(fill(0), fill(255)), 'E_DATA');
  refused(() => psnr(fill(Number.NaN), fill(0)), 'E_DATA');
  refused(() => psnr(fill(0), fill(0), { range: [1, -1] }), 'E_CONFIG');
});
