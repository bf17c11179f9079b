export { createLossAwareTimestepSampler, type LossAwareOptions } from './loss-aware.ts';
export type { DrawnTimesteps, TimestepSampler } from './timestep-sampler.ts';
export { createUniformTimestepSampler } from './uniform.ts';
