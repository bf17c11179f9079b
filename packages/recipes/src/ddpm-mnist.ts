import { createAdam, createEma, joinBatches, sampleBatches, type tf } from '@tintype/core-tensor';
import {
  type BetaScheduleKind,
  createDdpmTrainStep,
  createNoiseSchedule,
  createUNet2d,
  type NoiseSchedule,
  sampleDdim,
  type UNet2d,
} from '@tintype/diffusion';
import { createDdpmMonitors } from './diffusion-monitors.ts';
import { evaluateDdpm } from './evaluate-diffusion.ts';
import { mnistSource } from './image-source.ts';
import type { Recipe, SampleRequest } from './recipe.ts';
import { sourceBatches } from './source-batches.ts';

export interface DdpmMnistConfig {
  /** Side length in pixels, a multiple of 4. @default 28 */
  readonly imageSize: number;
  /** Side of the patches that the stem folds into channels. @default 2 */
  readonly patchSize: number;
  /** Channels of each level of the U-Net, finest first. @default [32, 64] */
  readonly blockOutChannels: readonly number[];
  /** Residual blocks of a level. @default 1 */
  readonly layersPerBlock: number;
  /** Groups of every group norm. @default 8 */
  readonly normGroups: number;
  /** Training timesteps. @default 1000 */
  readonly timesteps: number;
  /** @default 'cosine' */
  readonly betaSchedule: BetaScheduleKind;
  /** Adam's, above 0. @default 0.001 */
  readonly learningRate: number;
  /** Largest global norm of the gradients, above 0. @default 1 */
  readonly gradientClip: number;
  /** Average of the weights that samples are made with, in [0, 1). @default 0.999 */
  readonly emaDecay: number;
}

export interface DdpmMnistSampleOptions {
  /** Steps of DDIM, 1 to the training timesteps. @default 50 */
  readonly numInferenceSteps: number;
  /** 0 is deterministic, 1 draws as much noise as DDPM, which mends what a short training gets wrong. @default 1 */
  readonly eta: number;
  /** Which ε goes on where x̂_0 was clipped. @default 'rederived' */
  readonly clippedNoise: 'model' | 'rederived';
  /** Images denoised at once. @default 32 */
  readonly batchSize: number;
}

type DdpmMnist = UNet2d & { readonly schedule: NoiseSchedule };

const sampleOptions: DdpmMnistSampleOptions = {
  numInferenceSteps: 50,
  eta: 1,
  clippedNoise: 'rederived',
  batchSize: 32,
};
/** Previews are made often: fewer steps, and batches that an interruption need not wait for. */
const previewOptions: DdpmMnistSampleOptions = { ...sampleOptions, numInferenceSteps: 20, batchSize: 16 };

/** Digits from denoising diffusion (Ho et al. 2020), sampled with DDIM (Song et al. 2021). */
export const ddpmMnist: Recipe<DdpmMnistConfig, DdpmMnist, DdpmMnistSampleOptions> = {
  name: 'ddpm-mnist',
  system: 'ddpm',
  description: 'Denoising diffusion on MNIST digits, sampled with DDIM',
  config: {
    imageSize: 28,
    patchSize: 2,
    blockOutChannels: [32, 64],
    layersPerBlock: 1,
    normGroups: 8,
    timesteps: 1000,
    betaSchedule: 'cosine',
    learningRate: 1e-3,
    gradientClip: 1,
    emaDecay: 0.999,
  },
  steps: 3500,
  batchSize: 32,
  monitors: ({ model, ema }, request) => createDdpmMonitors({ model, ema: ema! }, request),
  data: (options) => sourceBatches(mnistSource, options, options.config.imageSize),
  create({ timesteps, betaSchedule, learningRate, gradientClip, emaDecay, ...config }, rng) {
    const schedule = createNoiseSchedule({ kind: betaSchedule, timesteps });
    const model = { ...createUNet2d({ ...config, channels: 1 }, rng), schedule };
    const ema = createEma(model.parameters, { emaDecay });
    const denoiser = createAdam(model.parameters, { learningRate });
    const trainStep = createDdpmTrainStep(model, { denoiser }, { schedule, ema, gradientClip });
    return { model, trainStep, ema };
  },
  async preview(model, rng, { count, signal }) {
    const numInferenceSteps = Math.min(previewOptions.numInferenceSteps, model.schedule.timesteps);
    const options = { ...previewOptions, numInferenceSteps };
    return joinBatches(sampleDigits(model, { count, firstIndex: 0, rng, options }, signal));
  },
  sample: (model, request) => sampleDigits(model, request),
  sampleOptions,
  evaluate: (model, { signal, ...request }) =>
    evaluateDdpm(
      {
        denoiser: model,
        schedule: model.schedule,
        imageSize: model.config.imageSize,
        samples: sampleDigits(model, { ...request, firstIndex: 0 }, signal),
      },
      { ...request, ...(signal && { signal }) },
    ),
  expectations: [
    {
      id: '11.6',
      name: 'squared error of the noise predicted on test digits',
      metric: 'noiseError',
      direction: '<=',
      threshold: 0.0734,
      healthy: [0.049285, 0.050343, 0.049296],
      broken: [0.096428, 0.09958, 0.097999],
    },
    {
      id: '11.6',
      name: 'digits among the samples, of ten',
      metric: 'classesCovered',
      direction: '>=',
      threshold: 10,
      healthy: [10, 10, 10],
      broken: [8, 9, 9],
    },
  ],
};

function sampleDigits(
  model: DdpmMnist,
  { options: { batchSize, ...sampler }, rng, ...request }: SampleRequest<DdpmMnistSampleOptions>,
  signal?: AbortSignal,
): AsyncGenerator<tf.Tensor4D> {
  const { imageSize, channels } = model.config;
  const shape = [imageSize, imageSize, channels] as const;
  return sampleBatches({ ...request, batchSize }, (firstIndex, count) =>
    sampleDdim(model, model.schedule, {
      shape,
      count,
      firstIndex,
      rng,
      ...sampler,
      ...(signal && { signal }),
    }),
  );
}
