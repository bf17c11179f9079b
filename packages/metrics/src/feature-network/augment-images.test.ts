import { createRandomStream, selectBackend, tf } from '@tintype/core-tensor';
import { beforeAll, expect, test } from 'vitest';
import { augmentImages } from './augment-images.ts';

const side = 9;
const count = 64;
const still = { maxShift: 0, isMirroring: false };

beforeAll(async () => {
  await selectBackend({ backend: 'cpu' });
});

test('without shift and mirror an image stays as it is', async () => {
  expect(await augmented(still)).toEqual(dots());
});

test('each image moves by at most maxShift along each axis, by draws of its own, and black comes in', async () => {
  const places = dotsIn(await augmented({ maxShift: 2, isMirroring: false }));
  const shifts = places.map(([y, x]) => [y - 3, x - 2]);
  for (const axis of [0, 1]) {
    const seen = new Set(shifts.map((shift) => shift[axis]));
    expect([...seen].sort((a, b) => a! - b!)).toEqual([-2, -1, 0, 1, 2]);
  }
  expect(new Set(shifts.map(String)).size).toBeGreaterThan(10);
});

test('half of the images are mirrored, and only where that is asked for', async () => {
  const columns = dotsIn(await augmented({ maxShift: 0, isMirroring: true })).map(([, x]) => x);
  const mirrored = columns.filter((x) => x === side - 1 - 2).length;
  expect(columns.filter((x) => x === 2).length).toBe(count - mirrored);
  expect(mirrored).toBeGreaterThan(count / 4);
  expect(mirrored).toBeLessThan((count * 3) / 4);
});

test('the same stream moves in the same way, another one in another', async () => {
  const noise = { maxShift: 2, isMirroring: true };
  expect(await augmented(noise)).toEqual(await augmented(noise));
  expect(await augmented(noise, 8)).not.toEqual(await augmented(noise));
});

test('what goes over the edge is gone', async () => {
  const far = await augmented({ maxShift: 8, isMirroring: false });
  expect(far.filter((value) => value === 1).length).toBeLessThan(count);
});

/** Images that are black but for one dot, at row 3 and column 2. */
function dots(): Float32Array {
  const values = new Float32Array(count * side * side).fill(-1);
  for (let image = 0; image < count; image++) values[(image * side + 3) * side + 2] = 1;
  return values;
}

function dotsIn(values: Float32Array): (readonly [number, number])[] {
  return Array.from({ length: count }, (_, image) => {
    const at = values.subarray(image * side * side, (image + 1) * side * side).indexOf(1);
    return [Math.floor(at / side), at % side] as const;
  });
}

async function augmented(noise: { maxShift: number; isMirroring: boolean }, seed = 7): Promise<Float32Array> {
  const images = tf.tensor4d(dots(), [count, side, side, 1]);
  const before = tf.memory().numTensors;
  const moved = await augmentImages(images, noise, createRandomStream(seed));
  expect(tf.memory().numTensors).toBe(before + 1);
  const values = (await moved.data()) as Float32Array;
  tf.dispose([images, moved]);
  return values;
}
