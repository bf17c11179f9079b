import { createRandomStream, selectBackend, tf } from '@tintype/core-tensor';
import { beforeAll, expect, test } from 'vitest';
import { type PerceptualPathLengthOptions, perceptualPathLength } from './perceptual-path-length.ts';

beforeAll(async () => {
  await selectBackend({ backend: 'cpu' });
});

const latentDim = 4;
const matrix = [
  [1, 0.5, 0],
  [-0.3, 2, 0.1],
  [0.7, 0, -1],
  [0.2, 0.4, 0.6],
];
/** A linear generator with images of one pixel and three channels, read as they are. */
const linear = (latents: tf.Tensor2D) =>
  latents.matMul(tf.tensor2d(matrix)).reshape<tf.Tensor4D>([latents.shape[0], 1, 1, 3]);
const asRows = (images: tf.Tensor4D) => images.reshape<tf.Tensor2D>([images.shape[0], -1]);
/** The latents themselves as `w`. */
const straight = { kind: 'w', map: (z: tf.Tensor2D) => z.clone() } as const;
const measure = (options: Partial<PerceptualPathLengthOptions> = {}) =>
  perceptualPathLength({
    generate: linear,
    features: asRows,
    latentDim,
    samples: 40,
    batchSize: 16,
    epsilon: 1e-2,
    rng: createRandomStream(3),
    ...options,
  });

/** The ends of path i, as the docs state: rows of the streams `from` and `to`. */
function endsOf(path: number): [Float64Array, Float64Array] {
  const row = (name: string) => {
    const drawn = createRandomStream(3).fork(name).fork(path).normal<tf.Rank.R1>([latentDim]);
    const values = Float64Array.from(drawn.dataSync());
    drawn.dispose();
    return values;
  };
  return [row('from'), row('to')];
}
const squaredImage = (z: ArrayLike<number>) =>
  [0, 1, 2].reduce((sum, k) => sum + matrix.reduce((dot, row, i) => dot + row[k]! * z[i]!, 0) ** 2, 0);

test('a linear generator in a straight space: |A(z₂ − z₁)|² exactly, wherever on the path', async () => {
  for (const sampling of ['full', 'end'] as const) {
    const { lengths, mean, kept } = await measure({ space: straight, sampling });
    lengths.forEach((length, path) => {
      const [from, to] = endsOf(path);
      const expected = squaredImage(to.map((value, i) => value - from[i]!));
      expect(Math.abs(length / expected - 1)).toBeLessThan(1e-3);
    });
    expect(kept).toBe(40);
    expect(mean).toBeCloseTo(lengths.reduce((sum, value) => sum + value) / 40, 10);
  }
});

test('the step of 1e-4 that reports take by default costs no more than float32 must', async () => {
  const { lengths, mean } = await measure({ epsilon: 1e-2, space: straight });
  const fine = await measure({ epsilon: undefined, space: straight });
  expect(Math.abs(fine.mean / mean - 1)).toBeLessThan(0.01);
  fine.lengths.forEach((length, path) => {
    expect(Math.abs(length / lengths[path]! - 1)).toBeLessThan(0.05);
  });
});

test('over the sphere it is the square of the velocity at the start of the path', async () => {
  const { lengths } = await measure({ sampling: 'end', epsilon: 1e-3 });
  lengths.forEach((length, path) => {
    const [from, to] = endsOf(path);
    const [normFrom, normTo] = [Math.hypot(...from), Math.hypot(...to)];
    const cosine = from.reduce((sum, value, i) => sum + value * to[i]!, 0) / (normFrom * normTo);
    const angle = Math.acos(cosine);
    // d/dt of (|a| + t(|b| − |a|))(cos(ωt) â + sin(ωt) ĉ) at t = 0, ĉ the part of b̂ across â.
    const velocity = from.map((value, i) => {
      const along = value / normFrom;
      const across = (to[i]! / normTo - cosine * along) / Math.sqrt(1 - cosine ** 2);
      return (normTo - normFrom) * along + normFrom * angle * across;
    });
    expect(Math.abs(length / squaredImage(velocity) - 1)).toBeLessThan(1e-2);
  });
  expect((await measure()).lengths).not.toEqual(lengths);
});

test('path i is the same in any batch, another seed gives other paths', async () => {
  const one = await measure({ batchSize: 7 });
  expect(one.lengths).toEqual((await measure({ batchSize: 40 })).lengths);
  expect(one.lengths).toEqual((await measure({ samples: 60 })).lengths.slice(0, 40));
  expect(one.lengths).not.toEqual((await measure({ rng: createRandomStream(4) })).lengths);
});

test('a generator that jumps has a longer path than a smooth one of the same range', async () => {
  const along = (latents: tf.Tensor2D, steepness: number) =>
    latents.slice([0, 0], [-1, 1]).mul(steepness).tanh().reshape<tf.Tensor4D>([latents.shape[0], 1, 1, 1]);
  const smooth = await measure({ samples: 200, generate: (latents) => along(latents, 1) });
  const jumping = await measure({ samples: 200, generate: (latents) => along(latents, 20) });
  expect(jumping.mean).toBeGreaterThan(3 * smooth.mean);
});

test('trimming leaves out the paths at either end', async () => {
  const { lengths, mean } = await measure();
  const trimmed = await measure({ trim: 0.1 });
  const inner = lengths.slice().sort().slice(4, 36);
  expect(trimmed.kept).toBe(32);
  expect(trimmed.mean).toBeCloseTo(inner.reduce((sum, value) => sum + value) / 32, 10);
  expect(trimmed.mean).not.toBeCloseTo(mean, 2);
  expect(trimmed.lengths).toEqual(lengths);
});

test('it leaves no tensors behind', async () => {
  const { numTensors } = tf.memory();
  await measure({ space: { kind: 'w', map: (z) => z.mul(2) } });
  expect(tf.memory().numTensors).toBe(numTensors);
});

test('impossible settings, features of another count and features that are not finite are refused', async () => {
  const refused = (options: Partial<PerceptualPathLengthOptions>, code: string) =>
    expect(measure(options)).rejects.toThrow(expect.objectContaining({ code }));
  await refused({ samples: 1 }, 'E_CONFIG');
  await refused({ epsilon: 0 }, 'E_CONFIG');
  await refused({ trim: 0.5 }, 'E_CONFIG');
  await refused({ sampling: 'middle' as never }, 'E_CONFIG');
  await refused({ features: (images) => images.reshape([1, -1]) }, 'E_SHAPE');
  await refused({ space: { kind: 'w', map: (z) => z.slice([0, 0], [1, -1]) } }, 'E_SHAPE');
  await refused({ features: (images) => asRows(images).div(0) }, 'E_NON_FINITE');
});
