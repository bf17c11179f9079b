export { findRecipe } from './find-recipe.ts';
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
