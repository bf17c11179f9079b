import type { LatentCodec, Storage, tf } from '@tintype/core-tensor';
import type { NoiseSchedule } from '../noise-schedule/index.ts';
import type { DiffusersDenoiser } from './load-denoiser.ts';
import type { ImportedSampleOptions } from './sample-imported.ts';
import type { ImportedFlowScheduler, ImportedScheduler } from './scheduler-config.ts';

/** The first stage of latent diffusion; `loadAutoencoderKl` and `loadVqModel` of @tintype/autoencoders give one. */
export interface LoadedCodec {
  readonly model: { readonly codec: LatentCodec; dispose(): void };
}

export type LoadCodec = (storage: Storage, folder: string, className: string) => Promise<LoadedCodec>;

export interface LoadDiffusersPipelineOptions {
  /** Which weights, such as `fp16`. @default full precision, or the only variant there is */
  readonly variant?: string;
  /** Folder of the denoiser's weights in the pipeline, such as `unet_ema`. @default 'unet' */
  readonly denoiserFolder?: string;
  /** Loads the pipeline's `vae` or `vqvae`; null leaves it out, and `sample` gives latents. Needed where there is one. */
  readonly loadCodec?: LoadCodec | null;
}

/** The shape is that of the denoiser unless it is given. */
export type PipelineSampleOptions = Omit<ImportedSampleOptions, 'shape'> &
  Partial<Pick<ImportedSampleOptions, 'shape'>>;

interface PipelineParts {
  /** Class of diffusers, such as `DDIMPipeline`. */
  readonly className: string;
  /** Trainable: pass it to `createDdpmTrainStep`, or with flow prediction to `createFlowTrainStep`. */
  readonly denoiser: DiffusersDenoiser;
  /** Images to latents and back, where the pipeline has a first stage. */
  readonly codec: LatentCodec | null;
  /** Parts of the pipeline that were not opened, such as `text_encoder`. */
  readonly ignoredParts: readonly string[];
  /** What else lies in the denoiser's folder; nothing of it was opened. */
  readonly ignoredFiles: readonly string[];
  /** Images [count, h, w, c], or decoded latents, by the scheduler's sampler. */
  sample(options: PipelineSampleOptions): Promise<tf.Tensor4D>;
  dispose(): void;
}

export interface NoiseSchedulePipeline extends PipelineParts {
  readonly schedule: NoiseSchedule;
  readonly scheduler: ImportedScheduler;
}

/** Flow matching has no noise schedule. */
export interface FlowPipeline extends PipelineParts {
  readonly schedule: null;
  readonly scheduler: ImportedFlowScheduler;
}

export type DiffusersPipeline = NoiseSchedulePipeline | FlowPipeline;
