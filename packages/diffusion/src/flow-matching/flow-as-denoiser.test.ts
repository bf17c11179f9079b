import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { sampleDdim } from '../ddim/sample.ts';
import { ddimSteps } from '../ddim/step.ts';
import type { Denoiser } from '../denoiser.ts';
import { addNoise, createNoiseSchedule, predictedParts, velocity } from '../noise-schedule/index.ts';
import { flowAsDenoiser } from './flow-as-denoiser.ts';

const schedule = createNoiseSchedule({ kind: 'linear', timesteps: 1000, rescaleBetasZeroSnr: true });

/** Knows of each σ = t / 1000 the only image, a constant. */
const constantFlow = (image: number, seen: number[] = []): Denoiser => ({
  predictionType: 'flow',
  varianceType: 'fixed',
  predict: (x, t) => {
    seen.push(...t.dataSync());
    const sigma = t.div(1000).reshape([-1, 1, 1, 1]);
    // x = (1 − σ) x_0 + σ ε, so ε − x_0 = (x − x_0) / σ.
    return { prediction: x.sub(image).div(sigma) as tf.Tensor4D };
  },
});

describeOnBackends('a flow as denoiser of a noise schedule', () => {
  test('it predicts the v of the image and noise it sees, one timestep for each sample', () => {
    const denoiser = flowAsDenoiser(constantFlow(0.5), schedule);
    const t = tf.tensor1d([3, 400, 950, 999]);
    const xStart = tf.fill<tf.Rank.R4>([4, 1, 1, 2], 0.5);
    const noise = createRandomStream(2).normal<tf.Rank.R4>([4, 1, 1, 2]);
    const xt = addNoise(schedule, xStart, noise, t.toInt());
    const expected = velocity(schedule, xStart, noise, t.toInt());
    expect(denoiser.predict(xt, t).prediction).toBeAllClose(expected, { rtol: 1e-5, atol: 1e-5 });
    // The negative control: the next timesteps.
    const wrong = denoiser.predict(xt, t.sub(1)).prediction;
    expect(wrong).not.toBeAllClose(expected, { rtol: 1e-4 });
  });

  test('where the sampler states its level, that level counts', () => {
    const [first, second] = ddimSteps(schedule, { numInferenceSteps: 4 });
    expect(first!.alphaCumprod).toBe(0);
    const seen: number[] = [];
    const denoiser = flowAsDenoiser(constantFlow(0.25, seen), schedule);
    for (const step of [first!, second!]) {
      const alpha = step.alphaCumprod;
      const xt = tf.fill<tf.Rank.R4>([1, 1, 1, 1], 0.25 * Math.sqrt(alpha) + 2 * Math.sqrt(1 - alpha));
      const { prediction } = denoiser.predict(xt, tf.tensor1d([0]), { step });
      expect(predictedParts(prediction, 'v', xt, alpha).xStart).toBeAllClose([0.25]);
      const sum = Math.sqrt(alpha) + Math.sqrt(1 - alpha);
      expect(seen.at(-1)).toBeCloseTo((1000 * Math.sqrt(1 - alpha)) / sum, 3);
    }
  });

  test('DDIM samples what the flow knows', async () => {
    const denoiser = flowAsDenoiser(constantFlow(0.5), schedule);
    const options = { shape: [2, 2, 1], count: 2, rng: createRandomStream(1), numInferenceSteps: 5 } as const;
    expect(await sampleDdim(denoiser, schedule, options)).toBeAllClose(tf.fill([2, 2, 2, 1], 0.5), {
      atol: 1e-5,
    });
  });

  test('a denoiser of a noise schedule is refused', () => {
    expect(() => flowAsDenoiser({ ...constantFlow(0), predictionType: 'v' }, schedule)).toThrow(
      expect.objectContaining({ code: 'E_CONFIG' }),
    );
  });
});
