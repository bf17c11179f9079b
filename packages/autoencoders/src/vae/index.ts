export { defaultVaeConfig, type VaeConfig, validateVaeConfig } from './config.ts';
export type { LatentGaussian } from './encoder.ts';
export {
  bernoulliNegativeLogLikelihood,
  gaussianNegativeLogLikelihood,
  klFromStandardNormal,
  reparameterize,
  type VaeLoss,
  vaeLoss,
} from './loss.ts';
export { sampleVae, type VaeSampleOptions } from './sample.ts';
export { createVaeTrainStep, type VaeOptimizers, type VaeTrainOptions } from './train-step.ts';
export { createVae, type Vae } from './vae.ts';
