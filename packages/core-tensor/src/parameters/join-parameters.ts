import type { ParameterEntry, ParameterTree } from './parameter-tree.ts';

/**
 * Trees of several models as one: `joinParameters({ vq_vae, prior })` shows `vq_vae.` and `prior.` in front of their
 * names, in this order. Live: what a tree gains shows here too, and a freed one throws `E_DISPOSED`. Names without dots.
 */
export function joinParameters(trees: Readonly<Record<string, ParameterTree>>): ParameterTree {
  const byPrefix = new Map(Object.entries(trees));
  const find = (name: string): ParameterEntry | undefined => {
    const [prefix = ''] = name.split('.', 1);
    return byPrefix.get(prefix)?.get(name.slice(prefix.length + 1));
  };
  function* pairs(): MapIterator<[string, ParameterEntry]> {
    for (const [prefix, tree] of byPrefix) {
      for (const [name, entry] of tree) yield [`${prefix}.${name}`, entry];
    }
  }
  function* keys(): MapIterator<string> {
    for (const [name] of pairs()) yield name;
  }
  function* values(): MapIterator<ParameterEntry> {
    for (const [, entry] of pairs()) yield entry;
  }
  const joined: ParameterTree = {
    get size() {
      return [...byPrefix.values()].reduce((sum, { size }) => sum + size, 0);
    },
    get: find,
    has: (name) => find(name) !== undefined,
    keys,
    values,
    entries: pairs,
    [Symbol.iterator]: pairs,
    forEach: (visit) => {
      for (const [name, entry] of pairs()) visit(entry, name, joined);
    },
  };
  return joined;
}
