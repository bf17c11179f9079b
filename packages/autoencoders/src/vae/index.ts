export { defaultVaeConfig, type VaeConfig, validateVaeConfig } from './config.ts';
export type { LatentGaussian } from './encoder.ts';
export { klWeightAt } from './kl-weight.ts';
export {
  type ImportanceOptions,
  importanceLogWeights,
  iwaeBound,
  iwaeLoss,
} from './likelihood.ts';
export {
  bernoulliNegativeLogLikelihood,
  gaussianNegativeLogLikelihood,
  klFromStandardNormal,
  klWithFreeBits,
  reparameterize,
  type VaeLoss,
  type VaeLossOptions,
  vaeLoss,
} from './loss.ts';
export { sampleVae, type VaeSampleOptions } from './sample.ts';
export { createVaeTrainStep, type VaeOptimizers, type VaeTrainOptions } from './train-step.ts';
export { createVae, type Vae } from './vae.ts';
export { countActiveUnits, type LabelledBatch, measureVaeBound, type VaeBound } from './vae-bound.ts';
