import { createRandomStream } from '@tintype/core-tensor';
import {
  createNoiseSchedule,
  createUNet2d,
  type NoiseSchedule,
  type NoiseScheduleConfig,
  type UNet2d,
  type UNet2dConfig,
} from '@tintype/diffusion';
import type { SampleModel } from '../workloads/workload.ts';
import { ddpmNetwork, ddpmSchedule } from './ddpm-system.ts';

export interface SampledNet {
  readonly model: UNet2d;
  readonly schedule: NoiseSchedule;
}

export interface SampledNetConfig {
  readonly network: UNet2dConfig;
  readonly schedule: NoiseScheduleConfig;
}

export const sampledNets: Readonly<Record<SampleModel, SampledNetConfig>> = {
  ddpm: { network: ddpmNetwork, schedule: ddpmSchedule },
  // The network of the recipe of that name; the time does not depend on how many timesteps it was trained on.
  'ddpm-mnist': {
    network: {
      imageSize: 28,
      channels: 1,
      patchSize: 2,
      blockOutChannels: [32, 64],
      layersPerBlock: 1,
      normGroups: 8,
      predictionType: 'v',
    },
    schedule: { kind: 'cosine', timesteps: 200 },
  },
};

/** Throws `E_NO_BACKEND` before `selectBackend`. */
export function createSampledNet(name: SampleModel): SampledNet {
  const { network, schedule } = sampledNets[name];
  return {
    model: createUNet2d(network, createRandomStream(0)),
    schedule: createNoiseSchedule(schedule),
  };
}
