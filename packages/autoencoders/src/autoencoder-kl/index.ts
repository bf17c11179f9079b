export { type AutoencoderKl, createAutoencoderKl } from './autoencoder-kl.ts';
export {
  type AutoencoderKlConfig,
  defaultAutoencoderKlConfig,
  validateAutoencoderKlConfig,
} from './config.ts';
export { type DiagonalGaussian, gaussianKl, sampleGaussian } from './diagonal-gaussian.ts';
export {
  loadAutoencoderKl,
  readDiffusersAutoencoderKl,
  saveAutoencoderKl,
  writeDiffusersAutoencoderKl,
} from './diffusers-folder.ts';
export { type AutoencoderKlLoss, type AutoencoderKlLossConfig, autoencoderKlLoss } from './loss.ts';
export {
  type AutoencoderKlOptimizers,
  type AutoencoderKlTrainOptions,
  createAutoencoderKlTrainStep,
} from './train-step.ts';
