import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { createNoiseSchedule, type Denoiser, sampleDdim, sampleDdpm } from '@tintype/diffusion';
import { expect, test } from 'vitest';
import { defaultDiffusionSampleOptions, type SamplerName, samplerNames, sampleWith } from './sample-with.ts';

const schedule = createNoiseSchedule({ kind: 'cosine', timesteps: 20 });
/** Says that half of what it sees is noise. */
const denoiser: Denoiser = {
  predictionType: 'epsilon',
  varianceType: 'fixed',
  predict: (xt) => ({ prediction: xt.mul(0.5) }),
};
const request = () => ({
  shape: [2, 2, 1] as const,
  count: 2,
  rng: createRandomStream(3),
  numInferenceSteps: 5,
});

describeOnBackends(
  'sampleWith',
  () => {
    test.each(samplerNames)('%s starts from the same noise and gives finite images', async (sampler) => {
      const noise = request().rng.fork('sample').fork('initial').normalRows(0, 2, [2, 2, 1]) as tf.Tensor4D;
      const own = await sampleWith(denoiser, schedule, { ...request(), sampler });
      const given = await sampleWith(denoiser, schedule, { ...request(), sampler, initialNoise: noise });
      expect(own).toBeAllClose(given, { atol: 0 });
      expect([...own.dataSync()].every(Number.isFinite)).toBe(true);
      tf.dispose([noise, own, given]);
    });

    test('the name chooses the sampler, and its options reach it', async () => {
      const options = { eta: 0, timestepSpacing: 'leading' } as const;
      const ddim = await sampleDdim(denoiser, schedule, { ...request(), ...options });
      const ddpm = await sampleDdpm(denoiser, schedule, { ...request(), timestepSpacing: 'leading' });
      const unnamed = await sampleWith(denoiser, schedule, { ...request(), ...options });
      const named = await sampleWith(denoiser, schedule, { ...request(), ...options, sampler: 'ddpm' });
      expect(unnamed).toBeAllClose(ddim, { atol: 0 });
      expect(named).toBeAllClose(ddpm, { atol: 0 });
      expect(ddpm).not.toBeAllClose(ddim, { atol: 1e-3 });
      tf.dispose([ddim, ddpm, unnamed, named]);
    });

    test('an unknown sampler is refused by name', async () => {
      const sampler = 'toString' as SamplerName;
      await expect(sampleWith(denoiser, schedule, { ...request(), sampler })).rejects.toMatchObject({
        code: 'E_CONFIG',
        message: expect.stringContaining('ddim | ddpm'),
      });
      expect(samplerNames).toContain(defaultDiffusionSampleOptions.sampler);
    });
  },
  { backends: ['cpu'] },
);
