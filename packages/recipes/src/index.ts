/** What `evaluate` tells `onScore`, and how it reads. */
export { describeScore, type ScoreReport } from '@tintype/metrics';
export { type CfgMnistConfig, type CfgMnistSampleOptions, cfgMnist } from './cfg-mnist.ts';
export { type DdpmMnistConfig, type DdpmMnistSampleOptions, ddpmMnist } from './ddpm-mnist.ts';
export { type DigitBatchOptions, digitBatches } from './digit-batches.ts';
export {
  createDigitReference,
  type DigitReference,
  type DigitReferenceOptions,
} from './digit-reference.ts';
export type { DdpmFigures, GuidedFigures } from './evaluate-diffusion.ts';
export type { GanFigures } from './evaluate-gan.ts';
export type { VaeFigures } from './evaluate-vae.ts';
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
  type DigitFigures,
  type MeasureDigitsOptions,
  type MeasuredDigits,
  measureDigits,
} from './measure-digits.ts';
export { measureNoiseError, type NoiseError, type NoiseErrorOptions } from './noise-error.ts';
export type {
  CreatedModel,
  DataOptions,
  EvaluateRequest,
  Expectation,
  HeldOutRequest,
  InterpolateRequest,
  MonitorRequest,
  PreviewRequest,
  Recipe,
  SampleGrid,
  SampleRequest,
  SystemId,
} from './recipe.ts';
export { recipes } from './recipes.ts';
export { vaeFashionMnist } from './vae-fashion-mnist.ts';
export { binarize, countActiveUnits, measureVaeBound, type VaeBound } from './vae-likelihood.ts';
export { vaeMnist } from './vae-mnist.ts';
export type { VaeRecipe, VaeRecipeConfig } from './vae-recipe.ts';
