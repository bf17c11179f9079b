import { createMemoryStorage, encodePng, makeGrid, selectBackend, tf } from '@tintype/core-tensor';
import { beforeAll, expect, test } from 'vitest';
import { createTrainingFilm } from './training-film.ts';

beforeAll(async () => {
  await selectBackend({ backend: 'cpu' });
});

const grid = { count: 4, previewCount: 2, columns: 2 };
const values = (count: number) => Float32Array.from({ length: count * 9 }, (_, i) => Math.sin(i));

/** A training whose grids on the way are of these steps, and which ends with four images. */
async function trained(steps: readonly number[], imagesOnTheWay = grid.previewCount) {
  const storage = createMemoryStorage();
  const shape = [imagesOnTheWay, 3, 3, 1] as const;
  const png = encodePng(makeGrid({ shape, values: values(imagesOnTheWay) }, { columns: 2 }));
  for (const step of steps) await storage.write(`samples/step-${String(step).padStart(7, '0')}.png`, png);
  const film = createTrainingFilm(storage, grid);
  const end = async () => {
    const images = tf.tensor4d(values(4), [4, 3, 3, 1]);
    await film.end(images);
    images.dispose();
  };
  return { storage, film, end };
}

/** Graphic control extensions, one for each frame. */
const framesOf = (gif: Uint8Array) => Buffer.from(gif).toString('latin1').split('\x21\xf9\x04').length - 1;

test('the grids on the way and the first images of the last one follow each other', async () => {
  const { storage, film, end } = await trained([50, 100, 150]);
  await end();
  expect(await film.write(150)).toBe('samples/training.gif');
  expect(framesOf(await storage.read('samples/training.gif'))).toBe(3);
});

test.each([
  ['there is one grid only', [], 2, true],
  ['the training has not ended', [50, 100], 2, false],
  ['the grids on the way are of another size', [50, 100], 4, true],
] as const)('no film where %s', async (_, steps, imagesOnTheWay, hasEnded) => {
  const { storage, film, end } = await trained(steps, imagesOnTheWay);
  if (hasEnded) await end();
  expect(await film.write(150)).toBeUndefined();
  expect(await storage.exists('samples/training.gif')).toBe(false);
});

test('a grid that is no picture any more is refused', async () => {
  const { storage, film, end } = await trained([50]);
  await end();
  await storage.write('samples/step-0000050.png', Uint8Array.of(1, 2, 3));
  await expect(film.write(150)).rejects.toMatchObject({ code: 'E_IMAGE' });
});
