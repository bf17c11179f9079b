export type { CreatedModel, DataOptions, Expectation, Recipe, SampleRequest, SystemId } from './recipe.ts';
