import { currentBackend, TintypeError, tf } from '@tintype/backend';
import type { RandomStream } from '../random/random-stream.ts';
import type { Initializer } from './initializers.ts';
import type { ParameterEntry, ParameterLayout, ParameterTree } from './parameter-tree.ts';
import { createParameterView } from './parameter-view.ts';

export interface ParameterOptions {
  initializer: Initializer;
  /** False for buffers. @default true */
  isTrainable?: boolean;
  /** @default 'plain' */
  layout?: ParameterLayout;
  /** The [channels, height, width] that were flattened; with `linearFromChw` and only there. */
  chwShape?: readonly [number, number, number];
}

/** A place in a model under which layers name their parameters. */
export interface ParameterScope {
  /** The names down to here, joined by dots; empty at the root. */
  readonly path: string;
  /** The scope one or more names below: `child('mid_block.attentions')`. */
  child(name: string): ParameterScope;
  /**
   * Adds an entry. Its numbers depend on the tree's seed and its own full name, not on the order of creation.
   * Throws `E_CONFIG` for a name that is taken or malformed, `E_SHAPE` for an impossible shape, `E_DISPOSED`.
   */
  create(name: string, shape: readonly number[], options: ParameterOptions): tf.Variable;
}

export interface Parameters {
  readonly scope: ParameterScope;
  /** Live: it shows what is created later. */
  readonly parameters: ParameterTree;
  /** Frees every entry; may be called twice. */
  dispose(): void;
}

/** An empty tree and the scope that fills it. Throws `E_NO_BACKEND` before `selectBackend`. */
export function createParameters(rng: RandomStream): Parameters {
  currentBackend();
  const entries = new Map<string, ParameterEntry>();
  let isDisposed = false;
  const parameters = createParameterView({ entries, includes: () => true, isDisposed: () => isDisposed });

  function create(
    path: string,
    name: string,
    shape: readonly number[],
    options: ParameterOptions,
  ): tf.Variable {
    const fullName = joinPath(path, name);
    if (parameters.has(fullName)) {
      throw new TintypeError('E_CONFIG', {
        where: fullName,
        what: 'there is already a parameter of this name',
      });
    }
    const { initializer, isTrainable = true, layout = 'plain', chwShape } = options;
    assertEntryShape(fullName, shape, layout, chwShape);
    const initial = tf.tidy(() => initializer(shape, rng.fork(fullName), layout));
    assertInitialShape(fullName, shape, initial);
    const variable = tf.variable(initial, isTrainable);
    initial.dispose();
    entries.set(fullName, { variable, isTrainable, layout, ...(chwShape && { chwShape }) });
    return variable;
  }

  const scopeAt = (path: string): ParameterScope => ({
    path,
    child: (name) => scopeAt(joinPath(path, name)),
    create: (name, shape, options) => create(path, name, shape, options),
  });

  return {
    scope: scopeAt(''),
    parameters,
    dispose() {
      if (isDisposed) return;
      isDisposed = true;
      for (const { variable } of entries.values()) variable.dispose();
      entries.clear();
    },
  };
}

function joinPath(path: string, name: string): string {
  if (!/^[^./\s]+(\.[^./\s]+)*$/.test(name)) {
    throw new TintypeError('E_CONFIG', {
      where: path || 'parameters',
      what: 'a parameter name is one or more words joined by dots',
      got: JSON.stringify(name),
    });
  }
  return path === '' ? name : `${path}.${name}`;
}

const weightRank: Partial<Record<ParameterLayout, number>> = {
  conv: 4,
  convTransposed: 4,
  linear: 2,
  linearFromChw: 2,
};

function assertEntryShape(
  where: string,
  shape: readonly number[],
  layout: ParameterLayout,
  chwShape: ParameterOptions['chwShape'],
): void {
  const isValid = shape.every((side) => Number.isInteger(side) && side > 0);
  if (!isValid) {
    throw new TintypeError('E_SHAPE', { where, what: 'sides must be positive integers', got: shape });
  }
  const rank = weightRank[layout] ?? shape.length;
  if (shape.length !== rank) {
    throw new TintypeError('E_SHAPE', {
      where,
      what: `a ${layout} weight has ${rank} axes`,
      got: shape,
    });
  }
  const flattened = chwShape?.reduce((product, side) => product * side, 1);
  const expected = layout === 'linearFromChw' ? shape[0] : undefined;
  if (flattened !== expected) {
    throw new TintypeError('E_SHAPE', {
      where,
      what: 'chwShape goes with linearFromChw and multiplies to its input size',
      got: chwShape ?? 'none',
      expected: expected ?? 'none',
    });
  }
}

function assertInitialShape(where: string, shape: readonly number[], initial: tf.Tensor): void {
  if (tf.util.arraysEqual(initial.shape, [...shape])) return;
  const got = initial.shape;
  initial.dispose();
  throw new TintypeError('E_SHAPE', {
    where,
    what: 'the initialiser gave another shape',
    got,
    expected: shape,
  });
}
