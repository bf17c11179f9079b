import type { ImportedScheduler } from '@tintype/diffusion';
import {
  type DiffusionSampleOptions,
  defaultDiffusionSampleOptions,
  type SamplerName,
} from './sample-with.ts';

/** What a folder's scheduler says, and where it says nothing, what the pipelines of diffusers do: 50 steps, η = 0. */
export function importedSampleOptions(scheduler: ImportedScheduler): DiffusionSampleOptions {
  const { sampler, schedule, euler } = scheduler;
  const timesteps = 'betas' in schedule ? schedule.betas.length : (schedule.timesteps ?? 1000);
  const { timestepSpacing } = optionsOf(scheduler, sampler);
  return {
    ...defaultDiffusionSampleOptions,
    sampler,
    numInferenceSteps: sampler === 'ddpm' ? timesteps : Math.min(50, timesteps),
    eta: sampler === 'euler' ? (euler.eta ?? 0) : 0,
    clippedNoise: 'model',
    ...(timestepSpacing && { timestepSpacing }),
  };
}

/** What the scheduler says to a sampler beside the options of a recipe. */
export function importedSamplerOptions(scheduler: ImportedScheduler, sampler: SamplerName): object {
  const { clipDenoised, clipRange } = scheduler;
  return { clipDenoised, clipRange, ...optionsOf(scheduler, sampler) };
}

function optionsOf(
  { ddim, ddpm, euler, heun, dpmSolver, uniPc }: ImportedScheduler,
  sampler: SamplerName,
): Partial<Pick<DiffusionSampleOptions, 'timestepSpacing'>> {
  const options = { ddim, ddpm, euler, heun, 'dpm-solver': dpmSolver, 'uni-pc': uniPc };
  // A name that is none is refused where it is sampled.
  return options[sampler] ?? {};
}
