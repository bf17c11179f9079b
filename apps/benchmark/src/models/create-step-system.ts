import type { StepModel } from '../workloads/workload.ts';
import { createDcganSystem } from './dcgan-system.ts';
import { createDdpmSystem } from './ddpm-system.ts';
import type { StepSystem } from './step-system.ts';
import { createVaeSystem } from './vae-system.ts';

const creators: Readonly<Record<StepModel, () => StepSystem>> = {
  ddpm: createDdpmSystem,
  dcgan: createDcganSystem,
  vae: createVaeSystem,
};

/** Throws `E_NO_BACKEND` before `selectBackend`. */
export function createStepSystem(model: StepModel): StepSystem {
  return creators[model]();
}
