import { nearestName, TintypeError } from '@tintype/core-tensor';
import type { Recipe } from './recipe.ts';
import { recipes } from './recipes.ts';

/** The recipe of this name. Throws `E_UNKNOWN_OPTION` naming the nearest. */
export function findRecipe(name: string, among: readonly Recipe[] = recipes): Recipe {
  const recipe = among.find((each) => each.name === name);
  if (recipe) return recipe;
  const names = among.map((each) => each.name);
  const nearest = nearestName(name, names);
  throw new TintypeError('E_UNKNOWN_OPTION', {
    where: 'recipe',
    what: 'there is no such recipe',
    got: name,
    expected: `one of ${names.join(', ')}`,
    ...(nearest !== undefined && { remedy: `The nearest is ${nearest}` }),
  });
}
