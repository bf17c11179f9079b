/** What `evaluate` tells `onScore`, and how it reads. */
export { describeScore, type ScoreReport } from '@tintype/metrics';
export { autoencoderEmoji } from './autoencoder-emoji.ts';
export { autoencoderFashionMnist } from './autoencoder-fashion-mnist.ts';
export { autoencoderMnist } from './autoencoder-mnist.ts';
export type { AutoencoderRecipe } from './autoencoder-recipe.ts';
export {
  type AutoencoderRecipeConfig,
  type AutoencoderSampleOptions,
  type AutoencoderWithLatents,
  latentDistributionOf,
  sampleFromLatents,
} from './autoencoder-with-latents.ts';
export { binarize } from './binarize.ts';
export { type CfgMnistConfig, type CfgMnistSampleOptions, cfgMnist } from './cfg-mnist.ts';
export { ddpmEmoji } from './ddpm-emoji.ts';
export { ddpmFashionMnist } from './ddpm-fashion-mnist.ts';
export { ddpmMnist } from './ddpm-mnist.ts';
export {
  type DdpmPoints,
  type DdpmPointsConfig,
  type DdpmPointsSampleOptions,
  ddpmPoints,
  samplePoints,
} from './ddpm-points.ts';
export {
  createDdpmRecipe,
  type DdpmRecipe,
  type DdpmRecipeConfig,
  type DdpmRecipeSettings,
  type DenoiserRecipeConfig,
  type ScheduledUNet,
  sampleScheduled,
} from './ddpm-recipe.ts';
export { type DigitBatchOptions, digitBatches } from './digit-batches.ts';
export {
  createDigitReference,
  type DigitReference,
  type DigitReferenceOptions,
} from './digit-reference.ts';
export type { AutoencoderFigures } from './evaluate-autoencoder.ts';
export type { DdpmFigures, GuidedFigures } from './evaluate-diffusion.ts';
export type { GanFigures } from './evaluate-gan.ts';
export type { LatentDiffusionFigures } from './evaluate-latent-diffusion.ts';
export { evaluatePoints, type PointFigures } from './evaluate-points.ts';
export type { SourceDdpmFigures } from './evaluate-source-ddpm.ts';
export type { VaeFigures } from './evaluate-vae.ts';
export type { VqVaeFigures } from './evaluate-vq-vae.ts';
export { fidTo } from './fid-to.ts';
export { findRecipe } from './find-recipe.ts';
export { type GanMnist, type GanMnistConfig, type GanMnistSampleOptions, ganMnist } from './gan-mnist.ts';
export type { CodeSampleOptions } from './image-codes.ts';
export {
  emojiSource,
  fashionMnistSource,
  type ImageSource,
  type LoadSourceOptions,
  mnistSource,
} from './image-source.ts';
export {
  createImportedRecipe,
  type ImportedPipelineConfig,
  type ImportedPipelineSettings,
  importDiffusersPipeline,
  importedRecipeName,
  importedSettings,
} from './imported-pipeline.ts';
export { type InversionErrorOptions, inversionError } from './inversion-error.ts';
export {
  type LatentDiffusion,
  type LatentDiffusionConfig,
  sampleLatentDiffusion,
} from './latent-diffusion.ts';
export { latentDiffusionMnist } from './latent-diffusion-mnist.ts';
export type { LatentFirstStage, LatentFirstStageConfig } from './latent-first-stage.ts';
export {
  type DigitFigures,
  type MeasureDigitsOptions,
  type MeasuredDigits,
  measureDigits,
} from './measure-digits.ts';
export {
  measureReconstruction,
  type ReconstructionFigures,
} from './measure-reconstruction.ts';
export { measureNoiseError, type NoiseError, type NoiseErrorOptions } from './noise-error.ts';
export { type PcaErrorOptions, pcaError } from './pca-error.ts';
export { createPointDenoiser, type PointDenoiser, type PointDenoiserConfig } from './point-denoiser.ts';
export { drawPoints, type PointSet, type PointSetName, pointSets } from './point-sets.ts';
export type {
  CreatedModel,
  DataOptions,
  EvaluateRequest,
  Expectation,
  ExportRequest,
  HeldOutRequest,
  InterpolateRequest,
  ModelExports,
  MonitorRequest,
  PreviewRequest,
  Recipe,
  SampleFrame,
  SampleGrid,
  SampleRequest,
  SystemId,
} from './recipe.ts';
export { recipes } from './recipes.ts';
export {
  type DiffusionSampleOptions,
  defaultDiffusionSampleOptions,
  type SamplerName,
  type SampleWithOptions,
  samplerNames,
  sampleWith,
} from './sample-with.ts';
export { vaeEmoji } from './vae-emoji.ts';
export { vaeFashionMnist } from './vae-fashion-mnist.ts';
export { vaeMnist } from './vae-mnist.ts';
export type { VaeRecipe, VaeRecipeConfig } from './vae-recipe.ts';
export { vqVaeEmoji } from './vq-vae-emoji.ts';
export { vqVaeFashionMnist } from './vq-vae-fashion-mnist.ts';
export { vqVaeMnist } from './vq-vae-mnist.ts';
export type { VqVaeRecipe } from './vq-vae-recipe.ts';
export {
  sampleVqVae,
  type VqVaeRecipeConfig,
  type VqVaeSampleOptions,
  type VqVaeWithPrior,
} from './vq-vae-with-prior.ts';
