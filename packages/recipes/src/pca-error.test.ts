import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends, expectNoLeaks } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { pcaError } from './pca-error.ts';

/** Deviations of sixteen pixels in [0, 1], which are independent: the components are the pixels themselves. */
const deviations = Array.from({ length: 16 }, (_, i) => 0.3 * 0.8 ** ((i * 5) % 16));

async function* imagesOf(name: string) {
  const rng = createRandomStream(name);
  for (let part = 0; part < 8; part++) {
    yield tf.tidy(() => {
      const pixels = rng.fork(part).normal([500, 16]).mul(tf.tensor1d(deviations)).add(0.4);
      return pixels.mul(2).sub(1).reshape<tf.Tensor4D>([500, 4, 4, 1]);
    });
  }
}

const errorOf = (components: number) =>
  pcaError({
    train: imagesOf('train'),
    held: imagesOf('held'),
    components,
    rng: createRandomStream(1),
  });

describeOnBackends(
  'the error of principal components',
  () => {
    test('is the variance that the components leave out, of images that were not seen', async () => {
      const variances = deviations.map((each) => each ** 2).sort((a, b) => b - a);
      for (const components of [1, 4, 12]) {
        const expected = variances.slice(components).reduce((sum, each) => sum + each, 0) / 16;
        expect(Math.abs((await errorOf(components)) / expected - 1)).toBeLessThan(0.05);
      }
      expect(await errorOf(16)).toBeCloseTo(0, 6);
    });

    test('leaves no tensor behind', async () => {
      await expectNoLeaks(async () => {
        await errorOf(2);
      });
    });
  },
  { backends: ['wasm'] },
);
