import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeGenerator, describeOnBackends, expectNoLeaks } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { ddimSteps, stepDdim } from '../ddim/step.ts';
import { ddpmSteps, stepDdpm } from '../ddpm/step.ts';
import type { Denoiser } from '../denoiser.ts';
import { flowAsDenoiser } from '../flow-matching/flow-as-denoiser.ts';
import { flowSteps, stepFlow } from '../flow-matching/step.ts';
import { createNoiseSchedule } from '../noise-schedule/index.ts';
import type { SamplerPlan } from '../samplers/run-sampler.ts';
import { type InpaintingOptions, sampleInpainting } from './sample.ts';

const schedule = createNoiseSchedule({ kind: 'cosine', timesteps: 1000 });
const rng = () => createRandomStream(3);
const plan = (numInferenceSteps: number): SamplerPlan => ({
  steps: ddpmSteps(schedule, { numInferenceSteps, clipDenoised: false }),
  takeStep: stepDdpm,
});

/** The best denoiser of two pixels, standard normal with this correlation: each axis of the pair apart. */
function createPairDenoiser(correlation: number): Denoiser {
  return {
    predictionType: 'sample',
    varianceType: 'fixed',
    predict: (xt, _t, { step } = {}) => ({
      prediction: tf.tidy(() => {
        const alpha = step!.alphaCumprod;
        const gain = (variance: number) => (Math.sqrt(alpha) * variance) / (alpha * variance + 1 - alpha);
        const [sum, difference] = [gain(1 + correlation), gain(1 - correlation)];
        const other = tf.reverse(xt, 2);
        return xt.mul((sum + difference) / 2).add(other.mul((sum - difference) / 2)) as tf.Tensor4D;
      }),
    }),
  };
}

const correlation = 0.9;
const count = 1500;
/** The first of two pixels is known. */
const mask = () => tf.tensor4d([1, 0], [1, 1, 2, 1]);

/** Slope of the painted pixel on the known one, and what remains of its variance. */
async function paint(options: Partial<InpaintingOptions>) {
  const known = createRandomStream('known').normal<tf.Rank.R4>([count, 1, 2, 1]);
  const images = await sampleInpainting(createPairDenoiser(correlation), plan(30), {
    shape: [1, 2, 1],
    count,
    rng: rng(),
    known,
    mask: mask(),
    jumpLength: 5,
    ...options,
  });
  const values = await images.data();
  const pairs = Array.from({ length: count }, (_, i) => [values[2 * i]!, values[2 * i + 1]!] as const);
  const given = await known.data();
  const slope = pairs.reduce((sum, [a, b]) => sum + a * b, 0) / pairs.reduce((sum, [a]) => sum + a * a, 0);
  const rest = pairs.reduce((sum, [a, b]) => sum + (b - slope * a) ** 2, 0) / count;
  const keptExactly = pairs.every(([a], i) => a === given[2 * i]);
  return { slope, rest, keptExactly };
}

describeOnBackends('inpainting', () => {
  test('what is painted follows the conditional distribution, the better the more is resampled', async () => {
    const once = await paint({ resamplings: 1 });
    const often = await paint({ resamplings: 10 });
    expect(often.keptExactly).toBe(true);
    expect(Math.abs(often.slope - correlation)).toBeLessThan(0.05);
    expect(Math.abs(often.rest - (1 - correlation ** 2))).toBeLessThan(0.05);
    // The negative control: without jumps the known pixel speaks too late.
    expect(Math.abs(once.slope - correlation)).toBeGreaterThan(0.1);
    expect(often.rest).toBeLessThan(once.rest);
  });

  test('what lies under the mask is not read', async () => {
    const paintOver = (hidden: number) =>
      sampleInpainting(createPairDenoiser(correlation), plan(4), {
        shape: [1, 2, 1],
        count: 2,
        rng: rng(),
        known: tf.tensor4d([0.3, hidden, -0.2, hidden], [2, 1, 2, 1]),
        mask: mask(),
        jumpLength: 1,
        resamplings: 2,
      });
    const images = await paintOver(0);
    await expect(await paintOver(7)).toBeAllClose(images, { rtol: 0, atol: 0 });
  });

  test('nothing leaks, and what does not fit is refused before the first step', async () => {
    const denoiser = createPairDenoiser(correlation);
    const [known, wide, cover] = [tf.zeros([2, 1, 2, 1]), tf.zeros([2, 1, 3, 1]), mask()];
    const options = { shape: [1, 2, 1], count: 2, rng: rng(), known, mask: cover } as InpaintingOptions;
    await expectNoLeaks(async () => (await sampleInpainting(denoiser, plan(3), options)).dispose());
    const sample = (changed: Partial<InpaintingOptions>) =>
      sampleInpainting(
        {
          ...denoiser,
          predict() {
            throw new Error('no step may be taken');
          },
        },
        plan(3),
        { ...options, ...changed },
      );
    await expect(sample({ jumpLength: 0 })).rejects.toMatchObject({ code: 'E_CONFIG' });
    await expect(sample({ resamplings: 1.5 })).rejects.toMatchObject({ code: 'E_CONFIG' });
    await expect(sample({ known: wide as tf.Tensor4D })).rejects.toMatchObject({ code: 'E_SHAPE' });
    await expect(sample({ mask: wide as tf.Tensor4D })).rejects.toMatchObject({ code: 'E_SHAPE' });
  });

  test('a flow is refused, and painted with where it is wrapped as a denoiser', async () => {
    const [known, cover] = [tf.zeros<tf.Rank.R4>([1, 1, 2, 1]), mask()];
    const options = { shape: [1, 2, 1], count: 1, rng: rng(), known, mask: cover } as const;
    const flow: Denoiser = {
      predictionType: 'flow',
      varianceType: 'fixed',
      predict: (xt) => ({ prediction: xt.clone() }),
    };
    const flowPlan = { steps: flowSteps({ numInferenceSteps: 2 }), takeStep: stepFlow };
    await expect(sampleInpainting(flow, flowPlan, options)).rejects.toThrow(
      /flow prediction.*flowAsDenoiser/,
    );
    const painted = await sampleInpainting(flowAsDenoiser(flow, schedule), plan(2), options);
    expect(painted.shape).toEqual([1, 1, 2, 1]);
  });

  test('a solver that remembers earlier steps is refused', async () => {
    const carrying: SamplerPlan = {
      ...plan(2),
      takeStep: (input) => ({ ...stepDdpm(input), carried: [input.xt.clone()] }),
    };
    const options = {
      shape: [1, 2, 1],
      count: 1,
      rng: rng(),
      known: tf.zeros([1, 1, 2, 1]),
      mask: mask(),
    } as const;
    await expect(
      sampleInpainting(createPairDenoiser(0), carrying, options as unknown as InpaintingOptions),
    ).rejects.toMatchObject({ code: 'E_CONFIG' });
  });
});

describeGenerator(
  'inpainting with DDIM',
  () => ({
    generate: async ({ count: asked, firstIndex }) => {
      const known = tf.zeros<tf.Rank.R4>([asked, 1, 2, 1]);
      const cover = mask();
      const ddim = { steps: ddimSteps(schedule, { numInferenceSteps: 4, eta: 0.5 }), takeStep: stepDdim };
      try {
        return await sampleInpainting(createPairDenoiser(correlation), ddim, {
          shape: [1, 2, 1],
          count: asked,
          firstIndex,
          rng: rng(),
          known,
          mask: cover,
          jumpLength: 2,
          resamplings: 2,
        });
      } finally {
        tf.dispose([known, cover]);
      }
    },
    dispose() {},
  }),
  { count: 3, backends: ['wasm'] },
);
