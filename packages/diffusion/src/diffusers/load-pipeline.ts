import {
  createRandomStream,
  type JsonObject,
  type LatentCodec,
  type RandomStream,
  readJsonObject,
  type Storage,
  TintypeError,
  tf,
} from '@tintype/core-tensor';
import type { VarianceType } from '../denoiser.ts';
import { sampleFlow } from '../flow-matching/sample.ts';
import { createNoiseSchedule } from '../noise-schedule/index.ts';
import { loadDenoiser } from './load-denoiser.ts';
import type {
  DiffusersPipeline,
  LoadCodec,
  LoadDiffusersPipelineOptions,
  LoadedCodec,
  PipelineSampleOptions,
} from './pipeline.ts';
import { type PipelineComponent, type PipelineIndex, pathIn, readPipelineIndex } from './pipeline-index.ts';
import { type ImportedSampleOptions, sampleImported } from './sample-imported.ts';
import {
  type ImportedFlowScheduler,
  type ImportedScheduler,
  readDiffusersFlowScheduler,
  readDiffusersScheduler,
} from './scheduler-config.ts';
import { refuseUnknownSchedulerKeys } from './scheduler-keys.ts';

/**
 * Loads a pipeline folder of diffusers (`model_index.json`): the denoiser with what the scheduler's file says of its
 * prediction and variance, and the sampler of that file. No code of the folder is run.
 * @param folder Path in the storage; `''` is its root.
 * @param rng Draws initial values, which the weights replace.
 * @throws TintypeError what `loadUNet2d` and `readDiffusersScheduler` throw; `E_CONFIG` for pipelines and networks that
 *   are not supported and for a first stage without `loadCodec`
 */
export async function loadDiffusersPipeline(
  storage: Storage,
  folder: string,
  rng: RandomStream = createRandomStream(0),
  { variant, denoiserFolder, loadCodec }: LoadDiffusersPipelineOptions = {},
): Promise<DiffusersPipeline> {
  const index = await readPipelineIndex(storage, folder);
  const schedulerPart = partOf(index, 'scheduler');
  const unetPart = partOf(index, 'unet');
  const config = await readJsonObject(storage, pathIn(schedulerPart.folder, 'scheduler_config.json'));
  const scheduler = readScheduler(config, index.className);
  const stage = ['vae', 'vqvae'].find((name) => index.components.has(name));
  assertCodec(stage, loadCodec);

  const unetFolder = denoiserFolder === undefined ? unetPart.folder : pathIn(folder, denoiserFolder);
  const types = { predictionType: scheduler.predictionType, varianceType: readVarianceType(config) };
  const { model: denoiser, ignoredFiles } = await loadDenoiser(storage, unetFolder, unetPart.className, rng, {
    variant,
    ...types,
  });
  const codecModel = await loadStage(storage, index, stage, loadCodec).catch((error: unknown) => {
    denoiser.dispose();
    throw error;
  });
  const { imageSize, channels } = denoiser.config;
  const codec = codecModel?.codec ?? null;
  const opened = ['scheduler', 'unet', ...(codec && stage ? [stage] : [])];
  const parts = {
    className: index.className,
    denoiser,
    codec,
    ignoredParts: [...index.components.keys()].filter((name) => !opened.includes(name)).sort(),
    ignoredFiles,
    dispose() {
      denoiser.dispose();
      codecModel?.dispose();
    },
  };
  const withShape = (options: PipelineSampleOptions): ImportedSampleOptions => ({
    shape: [imageSize, imageSize, channels],
    ...options,
  });
  if (scheduler.predictionType === 'flow') {
    const sample = async (options: PipelineSampleOptions) =>
      decode(
        await sampleFlow(denoiser, { clipDenoised: false, ...scheduler.flow, ...withShape(options) }),
        codec,
      );
    return { ...parts, schedule: null, scheduler, sample };
  }
  const schedule = createNoiseSchedule(scheduler.schedule);
  const sample = async (options: PipelineSampleOptions) =>
    decode(await sampleImported(denoiser, schedule, scheduler, withShape(options)), codec);
  return { ...parts, schedule, scheduler, sample };
}

type FlowOrNot = ImportedFlowScheduler | (ImportedScheduler & { predictionType: 'epsilon' | 'sample' | 'v' });

/** A DDIMPipeline samples with DDIM, whatever scheduler its folder names. */
function readScheduler(config: JsonObject, pipeline: string): FlowOrNot {
  refuseUnknownSchedulerKeys(config);
  if (config._class_name === 'FlowMatchEulerDiscreteScheduler') return readDiffusersFlowScheduler(config);
  const asDdim = pipeline === 'DDIMPipeline' && config._class_name !== undefined;
  return readDiffusersScheduler(asDdim ? { ...config, _class_name: 'DDIMScheduler' } : config) as FlowOrNot;
}

function readVarianceType({ variance_type: type }: JsonObject): VarianceType {
  return type === 'learned' ? 'learned' : type === 'learned_range' ? 'learned-range' : 'fixed';
}

function partOf(index: PipelineIndex, name: string): PipelineComponent {
  const part = index.components.get(name);
  if (part !== undefined) return part;
  throw new TintypeError('E_CONFIG', {
    where: 'model_index.json',
    what: `the pipeline has no ${name}`,
    got: [...index.components.keys()].join(', '),
  });
}

function assertCodec(stage: string | undefined, loadCodec: LoadCodec | null | undefined): void {
  if (stage === undefined || loadCodec !== undefined) return;
  throw new TintypeError('E_CONFIG', {
    where: 'loadDiffusersPipeline: loadCodec',
    what: `the pipeline diffuses the latents of its ${stage}, which another package loads`,
    remedy:
      'Pass `loadCodec`, such as `loadAutoencoderKl` of @tintype/autoencoders, or null for the latents alone',
  });
}

async function loadStage(
  storage: Storage,
  index: PipelineIndex,
  stage: string | undefined,
  loadCodec: LoadCodec | null | undefined,
): Promise<LoadedCodec['model'] | undefined> {
  if (stage === undefined || !loadCodec) return undefined;
  const { folder, className } = partOf(index, stage);
  return (await loadCodec(storage, folder, className)).model;
}

function decode(samples: tf.Tensor4D, codec: LatentCodec | null): tf.Tensor4D {
  if (codec === null) return samples;
  const images = tf.tidy(() => codec.decode(samples.div(codec.scale)));
  samples.dispose();
  return images;
}
