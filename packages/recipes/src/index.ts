export { type CfgMnistConfig, type CfgMnistSampleOptions, cfgMnist } from './cfg-mnist.ts';
export { type DdpmMnistConfig, type DdpmMnistSampleOptions, ddpmMnist } from './ddpm-mnist.ts';
export { findRecipe } from './find-recipe.ts';
export { type GanMnistConfig, type GanMnistSampleOptions, ganMnist } from './gan-mnist.ts';
export type {
  CreatedModel,
  DataOptions,
  EvaluateRequest,
  Expectation,
  PreviewRequest,
  Recipe,
  SampleGrid,
  SampleRequest,
  SystemId,
} from './recipe.ts';
export { recipes } from './recipes.ts';
export { type VaeMnistConfig, type VaeMnistSampleOptions, vaeMnist } from './vae-mnist.ts';
