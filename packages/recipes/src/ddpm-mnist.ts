import { createAdam, createEma, linearSchedule, withWarmUp } from '@tintype/core-tensor';
import { gatherImages } from '@tintype/datasets';
import { createDdpmTrainStep, createNoiseSchedule, createUNet2d } from '@tintype/diffusion';
import { createDdpmRecipe, type DdpmRecipeConfig, type ScheduledUNet } from './ddpm-recipe.ts';
import { mnistSource } from './image-source.ts';
import { inversionError } from './inversion-error.ts';
import type { Recipe } from './recipe.ts';
import type { DiffusionSampleOptions } from './sample-with.ts';

export interface DdpmMnistConfig extends DdpmRecipeConfig {
  /** Updates in which the learning rate rises from 0. @default 50 */
  readonly warmUpSteps: number;
  /** Updates after which it has fallen to 0: a third of them at the full rate, then in a straight line. @default 4000 */
  readonly decaySteps: number;
  /** How the decay of the average grows: (1 + n)/(10 + n), or not at all. @default 'ratio' */
  readonly emaWarmUp: 'ratio' | 'none';
}

const steps = 4000;
const invertedDigits = 32;
const inversionSteps = 100;

const recipe = createDdpmRecipe(mnistSource, {
  name: 'ddpm-mnist',
  description: 'Denoising diffusion on MNIST digits, sampled with DDIM',
  config: {
    imageSize: 28,
    patchSize: 2,
    blockOutChannels: [32, 64],
    layersPerBlock: 1,
    normGroups: 8,
    timesteps: 200,
    betaSchedule: 'cosine',
    predictionType: 'v',
    learningRate: 1e-3,
    gradientClip: 1,
    emaDecay: 0.999,
  },
  steps,
  batchSize: 32,
  expectations: [],
});

/**
 * Digits from denoising diffusion (Ho et al. 2020), sampled with DDIM (Song et al. 2021). It learns v (Salimans and Ho 2022):
 * at the noisy end of the cosine schedule x̂_0 of a predicted ε is its error, many times over. 200 timesteps instead of the
 * paper's 1000, so that a sampler can be measured that takes every one.
 */
export const ddpmMnist: Recipe<DdpmMnistConfig, ScheduledUNet, DiffusionSampleOptions> = {
  ...recipe,
  config: { ...recipe.config, warmUpSteps: 50, decaySteps: steps, emaWarmUp: 'ratio' },
  create({ timesteps, betaSchedule, learningRate, gradientClip, emaDecay, ...config }, rng) {
    const { warmUpSteps, decaySteps, emaWarmUp, ...network } = config;
    const schedule = createNoiseSchedule({ kind: betaSchedule, timesteps });
    const model = { ...createUNet2d({ ...network, channels: 1 }, rng), schedule };
    const ema = createEma(model.parameters, { emaDecay, warmUp: emaWarmUp });
    const falling = linearSchedule({
      learningRate,
      totalSteps: decaySteps,
      constantSteps: Math.floor(decaySteps / 3),
    });
    const denoiser = createAdam(model.parameters, { learningRate: withWarmUp(warmUpSteps, falling) });
    const trainStep = createDdpmTrainStep(model, { denoiser }, { schedule, ema, gradientClip });
    return { model, trainStep, ema };
  },
  async evaluate(model, request) {
    const { imageSize } = model.config;
    const test = await mnistSource.load({ files: request.files, split: 'test', imageSize });
    const digits = gatherImages(
      test,
      Int32Array.from({ length: invertedDigits }, (_, i) => i),
    );
    const numInferenceSteps = Math.min(inversionSteps, model.schedule.timesteps);
    const { signal } = request;
    try {
      const error = await inversionError(model, digits, { numInferenceSteps, ...(signal && { signal }) });
      return { ...(await recipe.evaluate!(model, request)), inversionError: error };
    } finally {
      digits.dispose();
    }
  },
  expectations: [
    {
      id: '11.6',
      name: 'squared error of the noise predicted on test digits',
      metric: 'noiseError',
      direction: '<=',
      threshold: 0.05,
      healthy: [0.048319, 0.048199, 0.047951],
      broken: [0.10312, 0.10401, 0.10484],
    },
    {
      id: '11.6',
      name: 'digits among the samples, of ten',
      metric: 'classesCovered',
      direction: '>=',
      threshold: 10,
      healthy: [10, 10, 10],
      broken: [1, 1, 1],
    },
    {
      id: '12.6',
      name: 'squared error of test digits through their noise and back in 100 steps',
      metric: 'inversionError',
      direction: '<=',
      threshold: 0.01,
      healthy: [0.00030861, 0.000065497, 0.00029509],
      broken: [0.12874, 0.12874, 0.1288],
    },
  ],
};
