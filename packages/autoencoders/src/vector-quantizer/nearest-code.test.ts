import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { nearestCode } from './nearest-code.ts';

/** In float64 and in order, so that the first of equals wins. */
function bruteForce(latents: Float32Array, codebook: Float32Array, width: number): number[] {
  const [rows, codebookSize] = [latents.length / width, codebook.length / width];
  return Array.from({ length: rows }, (_, row) => {
    let best = { index: -1, distance: Number.POSITIVE_INFINITY };
    for (let index = 0; index < codebookSize; index++) {
      let distance = 0;
      for (let i = 0; i < width; i++)
        distance += (latents[row * width + i]! - codebook[index * width + i]!) ** 2;
      if (distance < best.distance) best = { index, distance };
    }
    return best.index;
  });
}

describeOnBackends(
  'the nearest code',
  (backendName) => {
    const agree = async (latents: tf.Tensor2D, codebook: tf.Tensor2D) => {
      const [z, e] = (await Promise.all([latents.data(), codebook.data()])) as [Float32Array, Float32Array];
      const found = nearestCode(latents, codebook);
      expect(found.dtype).toBe('int32');
      const expected = bruteForce(z, e, codebook.shape[1]);
      expect([...(await found.data())]).toEqual(expected);
      return expected;
    };

    test('agrees with brute force', async () => {
      const rng = createRandomStream(5);
      for (const [rows, codebookSize, width] of [
        [40, 2, 1],
        [60, 130, 3],
        [33, 17, 16],
      ] as const) {
        await agree(rng.normal([rows, width]), rng.normal([codebookSize, width]));
      }
    });

    test('of equally near codes the smallest index wins', async () => {
      // 130 codes on a 3 × 3 grid of integers, so that each place holds many; latents on it and halfway between.
      const rng = createRandomStream(6);
      const codebook = rng.integers<tf.Rank.R2>([130, 2], 0, 3).cast<tf.Tensor2D>('float32');
      const latents = rng.integers<tf.Rank.R2>([80, 2], -1, 6).div<tf.Tensor2D>(2);
      const indices = await agree(latents, codebook);
      expect(Math.max(...indices)).toBeLessThan(60);
    });

    test('of copies of a code the first wins', async () => {
      const rng = createRandomStream(7);
      const codes = rng.normal<tf.Rank.R2>([45, 5]);
      const indices = await agree(rng.normal([100, 5]), tf.concat([codes, codes, codes]));
      expect(Math.max(...indices)).toBeLessThan(45);
    });

    if (backendName === 'webgpu') return;
    test('a latent of NaN has an index below the number of codes', async () => {
      const found = nearestCode(tf.tensor2d([[Number.NaN, 0]]), tf.zeros([3, 2]));
      const [index] = await found.data();
      expect([0, 1, 2]).toContain(index);
    });
  },
  { backends: ['cpu', 'wasm', 'webgpu'] },
);
