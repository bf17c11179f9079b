import {
  createAdam,
  createEma,
  joinBatches,
  linearSchedule,
  sampleBatches,
  type tf,
  withWarmUp,
} from '@tintype/core-tensor';
import {
  type BetaScheduleKind,
  createDdpmTrainStep,
  createNoiseSchedule,
  createUNet2d,
  type NoiseSchedule,
  type PredictionType,
  type UNet2d,
} from '@tintype/diffusion';
import { createDdpmMonitors } from './diffusion-monitors.ts';
import { evaluateSourceDdpm } from './evaluate-source-ddpm.ts';
import { createUNetExports } from './export-unet.ts';
import type { ImageSource } from './image-source.ts';
import type { Recipe, SampleRequest } from './recipe.ts';
import { type DiffusionSampleOptions, defaultDiffusionSampleOptions, sampleWith } from './sample-with.ts';
import { showSteps } from './show-steps.ts';
import { sourceBatches } from './source-batches.ts';

/** What the recipes of diffusion on a noise schedule have in common. */
export interface DenoiserRecipeConfig {
  /** Side length in pixels, a multiple of patchSize and of 2 for each further level. @default 28 */
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
  /** What the network says: the noise, the image or v. @default 'epsilon' */
  readonly predictionType: Exclude<PredictionType, 'flow'>;
  /** Adam's, above 0. @default 0.001 */
  readonly learningRate: number;
  /** Largest global norm of the gradients, above 0. @default 1 */
  readonly gradientClip: number;
  /** Average of the weights that samples are made with, in [0, 1). @default 0.999 */
  readonly emaDecay: number;
}

export interface DdpmRecipeConfig extends DenoiserRecipeConfig {
  /** Updates in which the learning rate rises from 0. @default 50 */
  readonly warmUpSteps: number;
  /** Updates after which it has fallen to 0: a third of them at the full rate, then in a straight line. @default 4000 */
  readonly decaySteps: number;
  /** How the decay of the average grows: (1 + n)/(10 + n), or not at all. @default 'ratio' */
  readonly emaWarmUp: 'ratio' | 'none';
}

/** The U-Net and the schedule that it was trained on. */
export type ScheduledUNet = UNet2d & { readonly schedule: NoiseSchedule };

export type DdpmRecipe = Recipe<DdpmRecipeConfig, ScheduledUNet, DiffusionSampleOptions>;

/** What a DDPM's recipe is, besides its dataset. */
export type DdpmRecipeSettings = Pick<
  DdpmRecipe,
  'name' | 'description' | 'config' | 'steps' | 'batchSize' | 'expectations'
>;

/** Previews are made often: fewer steps, and batches that an interruption need not wait for. */
const previewOptions = { ...defaultDiffusionSampleOptions, numInferenceSteps: 20, batchSize: 16 };

/** The recipe of a DDPM (Ho et al. 2020) on a dataset, sampled with DDIM (Song et al. 2021) where no other is asked for. */
export function createDdpmRecipe(source: ImageSource, settings: DdpmRecipeSettings): DdpmRecipe {
  return {
    ...settings,
    system: 'ddpm',
    monitors: ({ model, ema }, request) => createDdpmMonitors({ model, ema: ema! }, { ...request, source }),
    data: (options) => sourceBatches(source, options, options.config.imageSize),
    create({ timesteps, betaSchedule, learningRate, gradientClip, emaDecay, ...config }, rng) {
      const { warmUpSteps, decaySteps, emaWarmUp, ...network } = config;
      const schedule = createNoiseSchedule({ kind: betaSchedule, timesteps });
      const unet = createUNet2d({ ...network, channels: source.channels }, rng);
      const model = { ...unet, schedule };
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
    preview(model, rng, { count, signal }) {
      const numInferenceSteps = Math.min(previewOptions.numInferenceSteps, model.schedule.timesteps);
      const options = { ...previewOptions, numInferenceSteps };
      return joinBatches(sampleScheduled(model, { count, firstIndex: 0, rng, options }, signal));
    },
    sample: (model, request) => sampleScheduled(model, request),
    samplesInSteps: true,
    sampleOptions: defaultDiffusionSampleOptions,
    exports: createUNetExports(({ betaSchedule, timesteps }) => ({
      schedule: { kind: betaSchedule, timesteps },
    })),
    evaluate: (model, { signal, ...request }) =>
      evaluateSourceDdpm(
        {
          denoiser: model,
          schedule: model.schedule,
          imageSize: model.config.imageSize,
          samples: sampleScheduled(model, { ...request, firstIndex: 0 }, signal),
        },
        source,
        { ...request, ...(signal && { signal }) },
      ),
  };
}

/** Images [b, h, w, c] of an unconditional U-Net; the consumer frees each batch. */
export function sampleScheduled(
  model: ScheduledUNet,
  { options: { batchSize, ...sampler }, rng, onStep, ...request }: SampleRequest<DiffusionSampleOptions>,
  signal?: AbortSignal,
): AsyncGenerator<tf.Tensor4D> {
  const { imageSize, channels } = model.config;
  const shape = [imageSize, imageSize, channels] as const;
  return sampleBatches({ ...request, batchSize }, (firstIndex, count) =>
    sampleWith(model, model.schedule, {
      shape,
      count,
      firstIndex,
      rng,
      ...sampler,
      ...showSteps(onStep, firstIndex),
      ...(signal && { signal }),
    }),
  );
}
