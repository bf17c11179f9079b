export { anomalyScore } from './anomaly-score.ts';
export { type Autoencoder, type AutoencoderOptions, createAutoencoder } from './autoencoder.ts';
export { type AutoencoderConfig, defaultAutoencoderConfig, validateAutoencoderConfig } from './config.ts';
export { type AutoencoderLoss, autoencoderLoss, reconstructionError } from './loss.ts';
export { type AutoencoderSampleOptions, sampleAutoencoder } from './sample.ts';
export { contractivePenalty, decoderGradientPenalty } from './slope-penalties.ts';
export { sparsityPenalty } from './sparsity-penalty.ts';
export {
  type AutoencoderOptimizers,
  type AutoencoderTrainOptions,
  createAutoencoderTrainStep,
} from './train-step.ts';
