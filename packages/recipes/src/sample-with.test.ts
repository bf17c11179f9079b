import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import {
  createNoiseSchedule,
  type Denoiser,
  sampleDdim,
  sampleDdpm,
  sampleDpmSolver,
  sampleEuler,
  sampleHeun,
  sampleUniPc,
} from '@tintype/diffusion';
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
      const options = { timestepSpacing: 'leading' } as const;
      const own = { ddim: sampleDdim, ddpm: sampleDdpm, euler: sampleEuler, heun: sampleHeun };
      const named = { ...own, 'dpm-solver': sampleDpmSolver, 'uni-pc': sampleUniPc };
      const results: tf.Tensor4D[] = [];
      for (const sampler of samplerNames) {
        const expected = await named[sampler](denoiser, schedule, { ...request(), ...options, eta: 0.5 });
        const given = await sampleWith(denoiser, schedule, { ...request(), ...options, eta: 0.5, sampler });
        expect(given, sampler).toBeAllClose(expected, { atol: 0 });
        for (const other of results) expect(given, sampler).not.toBeAllClose(other, { atol: 1e-3 });
        results.push(expected);
        given.dispose();
      }
      const unnamed = await sampleWith(denoiser, schedule, { ...request(), ...options, eta: 0.5 });
      expect(unnamed).toBeAllClose(results[0]!, { atol: 0 });
      tf.dispose([unnamed, ...results]);
    });

    test('an unknown sampler is refused by name', async () => {
      const sampler = 'toString' as SamplerName;
      await expect(sampleWith(denoiser, schedule, { ...request(), sampler })).rejects.toMatchObject({
        code: 'E_CONFIG',
        message: expect.stringContaining('ddim | ddpm | euler | heun | dpm-solver | uni-pc'),
      });
      expect(samplerNames).toContain(defaultDiffusionSampleOptions.sampler);
    });
  },
  { backends: ['cpu'] },
);
