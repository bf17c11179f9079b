import { TintypeError } from '@tintype/core-tensor';
import type { Recipe } from '@tintype/recipes';

/**
 * What a recipe does with the codes of images. Throws `E_CONFIG` for one whose models have no codes of images, naming
 * those that have.
 */
export function codesOf<Name extends 'reconstruct' | 'interpolate'>(
  name: Name,
  recipe: Recipe,
  recipes: readonly Recipe[],
): NonNullable<Recipe[Name]> {
  const work = recipe[name];
  if (work) return work;
  const able = recipes.filter((each) => each[name]).map((each) => each.name);
  throw new TintypeError('E_CONFIG', {
    where: `${name}: ${recipe.name}`,
    what: 'models of this recipe make images but have no codes of given ones',
    ...(able.length > 0 && { remedy: `Recipes that have: ${able.join(', ')}` }),
  });
}
