export { type DdpmMnistConfig, type DdpmMnistSampleOptions, ddpmMnist } from './ddpm-mnist.ts';
export { findRecipe } from './find-recipe.ts';
export { type GanMnistConfig, type GanMnistSampleOptions, ganMnist } from './gan-mnist.ts';
export type {
  CreatedModel,
  DataOptions,
  Expectation,
  PreviewRequest,
  Recipe,
  SampleRequest,
  SystemId,
} from './recipe.ts';
export { recipes } from './recipes.ts';
export { type VaeMnistConfig, type VaeMnistSampleOptions, vaeMnist } from './vae-mnist.ts';
