import type { Recipe } from './recipe.ts';

/** Every ready-made training. */
export const recipes: readonly Recipe[] = [];
