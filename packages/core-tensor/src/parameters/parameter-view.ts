import { TintypeError } from '@tintype/backend';
import type { ParameterEntry, ParameterTree } from './parameter-tree.ts';

/** What a view reads: the entries, which names belong to it, and whether they still live. */
interface ViewSource {
  readonly entries: ReadonlyMap<string, ParameterEntry>;
  includes(name: string): boolean;
  isDisposed(): boolean;
}

/** A live, read-only map over entries. Every use after they were freed throws `E_DISPOSED`. */
export function createParameterView({ entries, includes, isDisposed }: ViewSource): ParameterTree {
  const alive = (): ReadonlyMap<string, ParameterEntry> => {
    if (isDisposed()) {
      throw new TintypeError('E_DISPOSED', {
        where: 'parameters',
        what: 'these parameters were freed by dispose()',
        remedy: 'Create the model again, or dispose of it later',
      });
    }
    return entries;
  };
  function* pairs(): MapIterator<[string, ParameterEntry]> {
    for (const pair of alive()) if (includes(pair[0])) yield pair;
  }
  function* keys(): MapIterator<string> {
    for (const [name] of pairs()) yield name;
  }
  function* values(): MapIterator<ParameterEntry> {
    for (const [, entry] of pairs()) yield entry;
  }
  const view: ParameterTree = {
    get size() {
      let count = 0;
      for (const name of alive().keys()) count += includes(name) ? 1 : 0;
      return count;
    },
    get: (name) => (includes(name) ? alive().get(name) : undefined),
    has: (name) => alive().has(name) && includes(name),
    keys,
    values,
    entries: pairs,
    [Symbol.iterator]: pairs,
    forEach: (visit) => {
      for (const [name, entry] of pairs()) visit(entry, name, view);
    },
  };
  return view;
}
