import type { tf } from '@tintype/core-tensor';
import type { NoiseSchedule } from '../noise-schedule/index.ts';
import type { TimestepSampler } from './timestep-sampler.ts';

/** Every timestep is as likely as any other, and nothing is remembered. */
export function createUniformTimestepSampler(schedule: Pick<NoiseSchedule, 'timesteps'>): TimestepSampler {
  return {
    draw: (rng, count) => ({ t: rng.integers<tf.Rank.R1>([count], 0, schedule.timesteps) }),
    dispose: () => {},
  };
}
