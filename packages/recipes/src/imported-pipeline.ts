import {
  assertConfig,
  createAdam,
  createEma,
  joinBatches,
  type RandomStream,
  readJsonObject,
  type Storage,
  TintypeError,
  v,
} from '@tintype/core-tensor';
import {
  createDdpmTrainStep,
  createNoiseSchedule,
  createUNet2d,
  type DiffusersPipeline,
  type ImportedScheduler,
  loadDiffusersPipeline,
  type UNet2d,
  type UNet2dConfig,
} from '@tintype/diffusion';
import { type ScheduledUNet, sampleScheduled } from './ddpm-recipe.ts';
import { createUNetExports } from './export-unet.ts';
import type { ImageSource } from './image-source.ts';
import { importedSampleOptions, importedSamplerOptions } from './imported-sampler.ts';
import type { CreatedModel, Recipe, SampleRequest } from './recipe.ts';
import type { DiffusionSampleOptions } from './sample-with.ts';
import { sourceBatches } from './source-batches.ts';

/** How an imported model is trained on. */
export interface ImportedPipelineSettings {
  /** Adam's, above 0. @default 0.0001 */
  readonly learningRate: number;
  /** Largest global norm of the gradients, above 0. @default 1 */
  readonly gradientClip: number;
  /** Average of the weights that samples are made with, in [0, 1). @default 0.999 */
  readonly emaDecay: number;
}

/** What a folder of diffusers said, and how its model is trained on: plain data. */
export interface ImportedPipelineConfig extends ImportedPipelineSettings {
  /** Class of diffusers, such as `DDIMPipeline`. */
  readonly pipeline: string;
  readonly unet: UNet2dConfig;
  readonly scheduler: ImportedScheduler;
}

type ImportedRecipe = Recipe<ImportedPipelineConfig, ScheduledUNet, DiffusionSampleOptions>;

/** Of runs that were imported; nothing is trained from scratch by it. */
export const importedRecipeName = 'diffusers-pipeline';

export const importedSettings: ImportedPipelineSettings = {
  learningRate: 1e-4,
  gradientClip: 1,
  emaDecay: 0.999,
};

const plainObject = v.record(v.string(), v.unknown());
const schema = v.strictObject({
  pipeline: v.string(),
  unet: plainObject,
  scheduler: plainObject,
  learningRate: v.number(),
  gradientClip: v.number(),
  emaDecay: v.number(),
});

const previewSteps = 20;

/**
 * The recipe of an imported run, made from the config that `importDiffusersPipeline` gave it. Its sampling options begin
 * with what the folder's scheduler says. Throws `E_CONFIG` and `E_UNKNOWN_OPTION` for what is no such config.
 */
export function createImportedRecipe(given: object): ImportedRecipe {
  const config = assertConfig(schema, given, importedRecipeName) as unknown as ImportedPipelineConfig;
  const { scheduler } = config;
  const schedule = createNoiseSchedule(scheduler.schedule);
  const sampleOptions = importedSampleOptions(scheduler);
  const sample = (
    model: ScheduledUNet,
    request: SampleRequest<DiffusionSampleOptions>,
    signal?: AbortSignal,
  ) =>
    sampleScheduled(
      model,
      {
        ...request,
        options: { ...importedSamplerOptions(scheduler, request.options.sampler), ...request.options },
      },
      signal,
    );
  return {
    name: importedRecipeName,
    system: 'ddpm',
    description: 'A pipeline of diffusers, sampled as its scheduler says and trained on',
    config,
    steps: 0,
    batchSize: 16,
    monitors: async () => [],
    data: (options) =>
      sourceBatches(noImages(options.config.unet.channels), options, options.config.unet.imageSize),
    create: (of, rng) => toTrainable({ ...createUNet2d(of.unet, rng), schedule }, of),
    preview(model, rng, { count, signal }) {
      const numInferenceSteps = Math.min(previewSteps, schedule.timesteps);
      const options = { ...sampleOptions, numInferenceSteps, batchSize: 16 };
      return joinBatches(sample(model, { count, firstIndex: 0, rng, options }, signal));
    },
    sample: (model, request) => sample(model, request),
    samplesInSteps: true,
    sampleOptions,
    exports: createUNetExports(
      ({ scheduler: { sampler, schedule: trained, clipDenoised, clipRange, ddim, ddpm } }) => ({
        ...(sampler === 'ddpm' && { sampler, ...(ddpm.variance && { variance: ddpm.variance }) }),
        schedule: trained,
        clipDenoised,
        clipRange,
        ...(ddim.timestepSpacing && { timestepSpacing: ddim.timestepSpacing }),
        ...(ddim.stepsOffset !== undefined && { stepsOffset: ddim.stepsOffset }),
        ...(ddim.setAlphaToOne !== undefined && { setAlphaToOne: ddim.setAlphaToOne }),
      }),
    ),
    expectations: [],
  };
}

export interface ImportedPipeline extends CreatedModel<ScheduledUNet> {
  /** What `createImportedRecipe` makes the same model of. */
  readonly config: ImportedPipelineConfig;
  /** Parts of the pipeline and files beside the weights that were not opened. */
  readonly ignored: readonly string[];
}

/**
 * Loads a pipeline folder of diffusers (`model_index.json`) whose images come from noise alone, with what is needed to
 * train it on; nothing of the folder is executed. The caller frees `trainStep` and `model`.
 * @throws TintypeError `E_NO_RUN` where the folder holds no pipeline, `E_CONFIG` for classes that are not supported and
 *   for pipelines that need more than noise (text, classes, a first stage) or flow matching; what `loadDiffusersPipeline` throws
 */
export async function importDiffusersPipeline(
  storage: Storage,
  rng: RandomStream,
  settings: ImportedPipelineSettings = importedSettings,
): Promise<ImportedPipeline> {
  await refuseFirstStage(storage);
  const pipeline = await loadDiffusersPipeline(storage, '', rng);
  try {
    const { unet, scheduler } = unconditional(pipeline);
    const config = plain({ pipeline: pipeline.className, unet: unet.config, scheduler, ...settings });
    const schedule = createNoiseSchedule(scheduler.schedule);
    const ignored = [...pipeline.ignoredParts, ...pipeline.ignoredFiles];
    return { ...toTrainable({ ...unet, schedule }, config), config, ignored };
  } catch (error) {
    pipeline.dispose();
    throw error;
  }
}

function toTrainable(
  model: ScheduledUNet,
  { learningRate, gradientClip, emaDecay }: ImportedPipelineSettings,
): CreatedModel<ScheduledUNet> {
  const { schedule } = model;
  const ema = createEma(model.parameters, { emaDecay });
  const denoiser = createAdam(model.parameters, { learningRate });
  return {
    model,
    trainStep: createDdpmTrainStep(model, { denoiser }, { schedule, ema, gradientClip }),
    ema,
  };
}

/** Before its weights are read. */
async function refuseFirstStage(storage: Storage): Promise<void> {
  const index = await readJsonObject(storage, 'model_index.json');
  const stage = ['vae', 'vqvae'].find((name) => Array.isArray(index[name]) && index[name].at(1) !== null);
  if (stage !== undefined) refuse(`it diffuses the latents of its ${stage}`, String(index._class_name));
}

function unconditional(pipeline: DiffusersPipeline): { unet: UNet2d; scheduler: ImportedScheduler } {
  const { denoiser, scheduler, className } = pipeline;
  const { config } = denoiser;
  if ('crossAttentionDim' in config) refuse('it needs the tokens of a text', 'UNet2DConditionModel');
  if (config.numClasses !== null) refuse('it needs classes', `${config.numClasses} classes`);
  if (scheduler.predictionType === 'flow') refuse('it was trained by flow matching', className);
  return { unet: denoiser as UNet2d, scheduler: scheduler as ImportedScheduler };
}

function refuse(what: string, got: string): never {
  throw new TintypeError('E_CONFIG', {
    where: 'import: model_index.json',
    what: `this pipeline cannot become a run: ${what}`,
    got,
    expected: 'images from noise alone, by a UNet2DModel on a noise schedule',
    remedy: 'Load it in a program, with loadDiffusersPipeline of @tintype/diffusion',
  });
}

/** As it comes back from a file: without what is undefined. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

/** An imported model goes on with the user's own images alone. */
function noImages(channels: number): ImageSource {
  return {
    name: importedRecipeName,
    channels: channels === 1 ? 1 : 3,
    load: async () => {
      throw new TintypeError('E_DATA_MISSING', {
        where: importedRecipeName,
        what: 'a pipeline of diffusers brings no images to train on',
        remedy: 'Name a folder of images with --data',
      });
    },
  };
}
