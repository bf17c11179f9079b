import { type Storage, writeJsonObject } from '@tintype/core-tensor';
import {
  type Denoiser,
  type DenoiserOnnxOptions,
  type DiffusersScheduleOptions,
  exportDenoiserOnnx,
  saveDiffusersPipeline,
  type UNet2d,
  writeDiffusersScheduler,
} from '@tintype/diffusion';
import type { ModelExports } from './recipe.ts';

/** What the files say of the schedule; of the prediction the denoiser says it. */
export type ExportedScheduler = Omit<DiffusersScheduleOptions, 'predictionType' | 'varianceType'>;

/** The files of an unconditional U-Net: a pipeline of diffusers, and ONNX. `schedulerOf` reads the recipe's config. */
export function createUNetExports<Config>(
  schedulerOf: (config: Config) => ExportedScheduler,
): ModelExports<Config, UNet2d> {
  return {
    diffusers: (denoiser, { storage, config }) =>
      saveDiffusersPipeline(storage, '', { denoiser, ...schedulerOf(config) }),
    onnx: (denoiser, { storage, config }) => {
      const { imageSize, channels } = denoiser.config;
      return writeDenoiserOnnx(storage, denoiser, { imageSize, channels, scheduler: schedulerOf(config) });
    },
  };
}

export interface WriteDenoiserOnnxOptions extends Pick<DenoiserOnnxOptions, 'imageSize' | 'channels'> {
  readonly scheduler: ExportedScheduler;
}

/**
 * Writes `denoiser.onnx` (NCHW) and, under the names of diffusers, `scheduler_config.json`: what a sampler in another
 * program needs beside it. Throws what `exportDenoiserOnnx` throws, before anything is written.
 */
export async function writeDenoiserOnnx(
  storage: Storage,
  denoiser: Denoiser & Pick<UNet2d, 'parameters'>,
  { imageSize, channels, scheduler }: WriteDenoiserOnnxOptions,
): Promise<void> {
  const { predictionType, varianceType } = denoiser;
  const sampler = varianceType === 'fixed' ? (scheduler.sampler ?? 'ddim') : 'ddpm';
  const config = writeDiffusersScheduler({ ...scheduler, predictionType, varianceType, sampler });
  const file = await exportDenoiserOnnx(denoiser, { imageSize, channels });
  await storage.write('denoiser.onnx', file);
  await writeJsonObject(storage, 'scheduler_config.json', config);
}
