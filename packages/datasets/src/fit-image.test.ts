import { expect, test } from 'vitest';
import { convertChannels } from './convert-channels.ts';
import { fitImage } from './fit-image.ts';

// Two rows of four: left half 0, right half 100.
const wide = { height: 2, width: 4, channels: 1, values: Uint8Array.of(0, 10, 90, 100, 0, 10, 90, 100) };

test('crop keeps the centre of the longer side', () => {
  expect([...fitImage(wide, 2, 'crop', 255).values]).toEqual([10, 90, 10, 90]);
});

test('stretch keeps all of the picture', () => {
  expect([...fitImage(wide, 2, 'stretch', 255).values]).toEqual([5, 95, 5, 95]);
});

test('pad fills above and below with the background', () => {
  expect([...fitImage(wide, 4, 'pad', 255).values]).toEqual([
    255, 255, 255, 255, 0, 10, 90, 100, 0, 10, 90, 100, 255, 255, 255, 255,
  ]);
});

test('a high picture is cropped along its height', () => {
  const high = { height: 4, width: 2, channels: 1, values: Uint8Array.of(1, 1, 2, 2, 3, 3, 4, 4) };
  expect([...fitImage(high, 2, 'crop', 0).values]).toEqual([2, 2, 3, 3]);
});

test('alpha lies over the background before colour becomes grey', () => {
  const image = { height: 1, width: 2, channels: 4, values: Uint8Array.of(255, 0, 0, 255, 255, 0, 0, 0) };
  expect([...convertChannels(image, 3, 255).values]).toEqual([255, 0, 0, 255, 255, 255]);
  const grey = convertChannels(image, 1, 0).values;
  expect(grey[0]).toBeCloseTo(76.245, 3);
  expect(grey[1]).toBe(0);
});

test('grey with alpha becomes three equal channels', () => {
  const image = { height: 1, width: 1, channels: 2, values: Uint8Array.of(100, 51) };
  const [r, g, b] = convertChannels(image, 3, 0).values;
  expect(r).toBeCloseTo(20, 4);
  expect([g, b]).toEqual([r, r]);
});
