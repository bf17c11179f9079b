import { tf } from '@tintype/backend';
import { describeOnBackends, expectAllClose } from '@tintype/backend/testing';
import { expect, test } from 'vitest';
import { loadReference } from '../testing/load-reference.ts';
import {
  createSinusoidalTimeEmbedding,
  type SinusoidalTimeEmbeddingOptions,
} from './sinusoidal-time-embedding.ts';

const timesteps = [0, 1, 2.5, 17, 250.25, 500.75, 998.003, 999, 4000, 16383.5];

function inFloat64(t: number, options: Required<SinusoidalTimeEmbeddingOptions>): number[] {
  const { size, flipSinToCos, downscaleFreqShift, maxPeriod } = options;
  const half = Math.floor(size / 2);
  const angles = Array.from({ length: half }, (_, i) => t * maxPeriod ** (-i / (half - downscaleFreqShift)));
  const [sines, cosines] = [angles.map(Math.sin), angles.map(Math.cos)];
  return [
    ...(flipSinToCos ? [...cosines, ...sines] : [...sines, ...cosines]),
    ...(size % 2 === 0 ? [] : [0]),
  ];
}

describeOnBackends(
  'createSinusoidalTimeEmbedding',
  (backend) => {
    for (const flipSinToCos of [true, false]) {
      test(`agrees with float64 to 1e-5 for integer and fractional time steps, flipSinToCos ${flipSinToCos}`, async () => {
        const options = {
          size: 33,
          flipSinToCos,
          downscaleFreqShift: flipSinToCos ? 0 : 1,
          maxPeriod: 10_000,
        };
        const embed = createSinusoidalTimeEmbedding(options);
        const t = tf.tensor1d(timesteps);
        const embedding = embed(t);
        expect(embedding.shape).toEqual([timesteps.length, 33]);
        const exact = [...Float32Array.from(timesteps)].flatMap((each) => inFloat64(each, options));
        await expectAllClose(embedding, exact, { rtol: 0, atol: 2e-6 });
        tf.dispose([t, embedding]);
      });
    }

    test('the float32 way, sin(t·f), would fail that', async () => {
      const options = { size: 32, flipSinToCos: false, downscaleFreqShift: 0, maxPeriod: 10_000 };
      const frequencies = Array.from({ length: 16 }, (_, i) => 10_000 ** (-i / 16));
      const sines = tf.tidy(() => tf.sin(tf.mul(tf.tensor2d(timesteps, [timesteps.length, 1]), frequencies)));
      const exact = [...Float32Array.from(timesteps)].flatMap((t) => inFloat64(t, options).slice(0, 16));
      await expect(expectAllClose(sines, exact, { rtol: 0, atol: 1e-5 })).rejects.toThrow();
      sines.dispose();
    });

    test('int32 time steps are taken, and nothing leaks', () => {
      const embed = createSinusoidalTimeEmbedding({ size: 4 });
      const t = tf.tensor1d([3, 7], 'int32');
      const before = tf.memory().numTensors;
      embed(t).dispose();
      expect(tf.memory().numTensors).toBe(before);
      t.dispose();
    });

    if (backend === 'webgpu') return;

    test("is diffusers' get_timestep_embedding", async () => {
      const reference = await loadReference('blocks/blocks.safetensors');
      const t = tf.tensor1d([...reference.get('timestep_embedding.t')!.data]);
      for (const [flip, shift] of [
        ['False', 1],
        ['True', 0],
      ] as const) {
        const embed = createSinusoidalTimeEmbedding({
          size: 8,
          flipSinToCos: flip === 'True',
          downscaleFreqShift: shift,
        });
        const embedding = embed(t);
        const expected = reference.get(`timestep_embedding.dim8.flip${flip}.shift${shift}`)!;
        await expectAllClose(embedding, expected.data as Float32Array, { rtol: 1e-4, atol: 1e-5 });
        embedding.dispose();
      }
      t.dispose();
    });
  },
  { backends: ['cpu', 'wasm', 'webgpu'] },
);

test('sizes without a frequency are refused', () => {
  for (const size of [0, 1, -2, 2.5, Number.NaN]) {
    expect(() => createSinusoidalTimeEmbedding({ size })).toThrow(
      expect.objectContaining({ code: 'E_CONFIG' }),
    );
  }
  expect(() => createSinusoidalTimeEmbedding({ size: 2, downscaleFreqShift: 1 })).toThrow();
});
