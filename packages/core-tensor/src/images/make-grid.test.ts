import { selectBackend, tf } from '@tintype/backend';
import { describe, expect, test } from 'vitest';
import { makeGrid, readImages } from './make-grid.ts';
import { fromUint8, toUint8 } from './pixel-range.ts';

describe('pixel ranges', () => {
  test('every level survives the way to [-1, 1] and back', () => {
    const levels = Uint8Array.from({ length: 256 }, (_, level) => level);
    const values = fromUint8(levels);
    expect([values[0], values[255]]).toEqual([-1, 1]);
    expect(toUint8(values)).toEqual(levels);
  });

  test('values beyond the range are clipped, and NaN is black', () => {
    const values = [-1.5, -1, 0, 1, 7, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    expect([...toUint8(values)]).toEqual([0, 0, 128, 255, 255, 0, 255, 0]);
  });
});

/** Image i is filled with level i. */
const levels = (count: number, height: number, width: number, channels: number) => ({
  shape: [count, height, width, channels] as [number, number, number, number],
  values: Float32Array.from(
    { length: count * height * width * channels },
    (_, at) => fromUint8([Math.floor(at / (height * width * channels))])[0]!,
  ),
});

test('images lie in rows with padding between and around, empty places show the background', () => {
  const grid = makeGrid(levels(3, 1, 2, 1), { columns: 2, padding: 1, background: 9 });
  expect([grid.width, grid.height, grid.channels]).toEqual([7, 5, 1]);
  // biome-ignore format: the rows of the picture
  expect([...grid.values]).toEqual([
    9, 9, 9, 9, 9, 9, 9,
    9, 0, 0, 9, 1, 1, 9,
    9, 9, 9, 9, 9, 9, 9,
    9, 2, 2, 9, 9, 9, 9,
    9, 9, 9, 9, 9, 9, 9,
  ]);
});

test('by default the grid is as near to a square as it gets', () => {
  const { width, height, channels } = makeGrid(levels(10, 8, 8, 3));
  expect([width, height, channels]).toEqual([4 * 10 + 2, 3 * 10 + 2, 3]);
});

test('channels stay together and rows in order', () => {
  const image = {
    shape: [1, 2, 1, 3] as [number, number, number, number],
    values: fromUint8([1, 2, 3, 4, 5, 6]),
  };
  expect([...makeGrid(image, { padding: 0 }).values]).toEqual([1, 2, 3, 4, 5, 6]);
});

test('what cannot be laid out is refused', () => {
  expect(() => makeGrid({ ...levels(2, 2, 2, 1), values: new Float32Array(7) })).toThrow(
    /got \[7\], expected \[8\]/,
  );
  expect(() => makeGrid(levels(0, 2, 2, 1))).toThrow(expect.objectContaining({ code: 'E_SHAPE' }));
  expect(() => makeGrid(levels(1, 2, 2, 1), { columns: 1.5 })).toThrow(
    expect.objectContaining({ code: 'E_CONFIG' }),
  );
  expect(() => makeGrid(levels(1, 2, 2, 1), { padding: -1 })).toThrow(/padding/);
});

test('images are read out of a tensor', async () => {
  await selectBackend({ backend: 'cpu' });
  const images = tf.tensor4d([0, 0.5, -1, 1], [1, 2, 2, 1]);
  expect(await readImages(images)).toEqual({ shape: [1, 2, 2, 1], values: Float32Array.of(0, 0.5, -1, 1) });
  images.dispose();
});
