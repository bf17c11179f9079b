export { addNoise, velocity } from './add-noise.ts';
export { type BetaScheduleConfig, type BetaScheduleKind, betaScheduleKinds } from './betas.ts';
export { flowHasNoSchedule, noiseOf, type PredictedParts, predictedParts } from './convert-prediction.ts';
export {
  type CustomBetasConfig,
  createNoiseSchedule,
  type NoiseSchedule,
  type NoiseScheduleConfig,
} from './noise-schedule.ts';
export { minSnrWeights, signalToNoiseRatio } from './signal-to-noise.ts';
export { lookupTimesteps, type Timesteps } from './timestep-table.ts';
