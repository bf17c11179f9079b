export { defaultVqVaeConfig, type VqVaeConfig, validateVqVaeConfig } from './config.ts';
export { type EncodedBatch, type VqVaeLoss, vqVaeLoss } from './loss.ts';
export { createVqVaeTrainStep, type VqVaeOptimizers, type VqVaeTrainOptions } from './train-step.ts';
export { createVqVae, type VqVae } from './vq-vae.ts';
