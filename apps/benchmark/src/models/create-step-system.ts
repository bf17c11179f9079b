import type { StepModel } from '../workloads/workload.ts';
import { createDcganSystem } from './dcgan-system.ts';
import { createDdpmSystem } from './ddpm-system.ts';
import type { StepSystem } from './step-system.ts';
import { createVaeSystem } from './vae-system.ts';
import { createVqVaeSystem } from './vq-vae-system.ts';

const creators: Readonly<Record<StepModel, () => StepSystem>> = {
  ddpm: createDdpmSystem,
  dcgan: createDcganSystem,
  vae: createVaeSystem,
  'vq-vae': createVqVaeSystem,
};

/** Throws `E_NO_BACKEND` before `selectBackend`. */
export function createStepSystem(model: StepModel): StepSystem {
  return creators[model]();
}
