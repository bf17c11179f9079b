import { type Storage, writeJsonObject } from '@tintype/core-tensor';
import type { DiffusersDenoiser } from './load-denoiser.ts';
import { modelCard } from './model-card.ts';
import { pathIn } from './pipeline-index.ts';
import { saveDenoiser } from './save-denoiser.ts';
import {
  type DiffusersFlowOptions,
  type DiffusersScheduleOptions,
  type DiffusersSchedulerOptions,
  writeDiffusersScheduler,
} from './write-scheduler.ts';

/** The denoiser says what it predicts and whether it learns its variance. */
export type SaveDiffusersPipelineOptions = { readonly denoiser: DiffusersDenoiser } & (
  | Omit<DiffusersScheduleOptions, 'predictionType' | 'varianceType'>
  | Omit<DiffusersFlowOptions, 'predictionType'>
);

/**
 * Writes a folder that `DDIMPipeline.from_pretrained` (sampler ddim, the default where the variance is fixed) or
 * `DDPMPipeline.from_pretrained` (ddpm, flow-euler) of diffusers loads: `model_index.json`, `unet/`, `scheduler/` and a
 * README that says how to use it. The weights are those of the denoiser now: swap in an average first. The index comes last
 * and an old one goes first, so that a write that was cut short is no pipeline instead of a mixed one.
 * @throws TintypeError `E_PATH`, `E_DISK_FULL`, and `E_CONFIG` naming what diffusers cannot be told, before anything is
 *   written: flow prediction with ddim or ddpm, a learned variance with ddim, a middle attention without its norm
 */
export async function saveDiffusersPipeline(
  storage: Storage,
  folder: string,
  { denoiser, ...options }: SaveDiffusersPipelineOptions,
): Promise<void> {
  const { predictionType, varianceType } = denoiser;
  const sampler = options.sampler ?? (varianceType === 'fixed' ? 'ddim' : 'ddpm');
  const types = sampler === 'flow-euler' ? { predictionType } : { predictionType, varianceType };
  const scheduler = writeDiffusersScheduler({ ...options, ...types, sampler } as DiffusersSchedulerOptions);
  const className = sampler === 'ddim' ? 'DDIMPipeline' : 'DDPMPipeline';
  const card = modelCard({ className, config: denoiser.config });

  await storage.remove(pathIn(folder, 'model_index.json'));
  const unetClass = await saveDenoiser(storage, pathIn(folder, 'unet'), denoiser);
  await writeJsonObject(storage, pathIn(folder, 'scheduler/scheduler_config.json'), scheduler);
  await storage.write(pathIn(folder, 'README.md'), new TextEncoder().encode(card));
  await writeJsonObject(storage, pathIn(folder, 'model_index.json'), {
    _class_name: className,
    scheduler: ['diffusers', scheduler._class_name],
    unet: ['diffusers', unetClass],
  });
}
