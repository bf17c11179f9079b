import type { ParameterTree } from './parameter-tree.ts';
import { createParameterView } from './parameter-view.ts';

/**
 * The part of a tree below a path: `selectParameters(tree, 'generator')` shows `generator.` and all it holds, but not
 * `generatorAToB.`. Names stay whole, and the view is live: what the tree gains later shows here too.
 */
export function selectParameters(tree: ParameterTree, prefix: string): ParameterTree {
  const path = prefix.replace(/\.$/, '');
  return createParameterView({
    entries: tree,
    includes: (name) => path === '' || name === path || name.startsWith(`${path}.`),
    isDisposed: () => false, // the tree itself says so
  });
}
