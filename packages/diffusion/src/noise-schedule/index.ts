export { addNoise, velocity } from './add-noise.ts';
export {
  type BetaScheduleConfig,
  type BetaScheduleKind,
  betaScheduleKinds,
  betasOfAlphaBar,
  type SigmoidAlphaBarOptions,
  sigmoidAlphaBar,
} from './betas.ts';
export {
  flowHasNoSchedule,
  noiseOf,
  type PredictedParts,
  predictedParts,
  predictedPartsAt,
  predictionTarget,
} from './convert-prediction.ts';
export {
  type CustomBetasConfig,
  createNoiseSchedule,
  type NoiseSchedule,
  type NoiseScheduleConfig,
} from './noise-schedule.ts';
export { sectionedTimesteps } from './sectioned-timesteps.ts';
export { minSnrWeights, signalToNoiseRatio } from './signal-to-noise.ts';
export { lookupTimesteps, type Timesteps } from './timestep-table.ts';
