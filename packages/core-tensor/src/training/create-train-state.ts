import { TintypeError, type tf } from '@tintype/backend';
import type { Ema } from '../optimizers/ema.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { ParameterTree } from '../parameters/parameter-tree.ts';
import { createParameterState } from './parameter-state.ts';
import type { JsonValue, StatePart, StateTensor, TrainState } from './train-state.ts';

export interface TrainStateParts {
  readonly parameters: ParameterTree;
  /** By name: `generator`, `discriminator`, or one of any name. */
  readonly optimizers: Readonly<Record<string, Optimizer>>;
  readonly ema?: Ema;
  /** Anything else that must survive, by name: an image pool, codebook counts. */
  readonly parts?: Readonly<Record<string, StatePart>>;
}

type Values = { readonly [key: string]: JsonValue };
type Tensors = ReadonlyMap<string, tf.Tensor>;

/**
 * The state of a training: tensors `model/<parameter>`, `ema/<parameter>`, `optimizer/<optimizer>/<parameter>/<slot>`,
 * `part/<part>/<tensor>`, and the values of each part under its prefix. `restore` is all or nothing: it throws
 * `E_CHECKPOINT_MISMATCH` for anything missing or unexpected and leaves everything as it was.
 */
export function createTrainState({ parameters, optimizers, ema, parts = {} }: TrainStateParts): TrainState {
  const sections = new Map<string, StatePart>([['model', createParameterState(parameters)]]);
  if (ema) sections.set('ema', ema.state);
  for (const [name, { state }] of Object.entries(optimizers)) sections.set(`optimizer/${name}`, state);
  for (const [name, part] of Object.entries(parts)) sections.set(`part/${name}`, part);

  return {
    tensors: () => {
      const tensors = new Map<string, StateTensor>();
      for (const [prefix, section] of sections) {
        for (const [name, tensor] of section.tensors()) tensors.set(`${prefix}/${name}`, tensor);
      }
      return tensors;
    },
    values: () =>
      Object.fromEntries([...sections].map(([prefix, section]) => [prefix, section.values()] as const)),
    restore: (tensors, values) => {
      const divided = divide(sections, tensors, values);
      restoreAll(sections, divided);
    },
    get learningRates() {
      return Object.fromEntries(Object.entries(optimizers).map(([name, o]) => [name, o.learningRate]));
    },
  };
}

interface SectionState {
  readonly tensors: Tensors;
  readonly values: Values;
}

/** Hands each section its own tensors and values, names without the prefix. */
function divide(
  sections: ReadonlyMap<string, StatePart>,
  tensors: Tensors,
  values: Values,
): Map<string, SectionState> {
  const divided = new Map<string, { tensors: Map<string, tf.Tensor>; values: Values }>();
  for (const prefix of sections.keys()) {
    divided.set(prefix, { tensors: new Map(), values: recordOf(values[prefix], prefix) });
  }
  for (const [name, tensor] of tensors) {
    const prefix = [...sections.keys()].find((each) => name.startsWith(`${each}/`));
    if (prefix === undefined) throw mismatch(`tensor ${name} belongs to no part of this training`);
    divided.get(prefix)!.tensors.set(name.slice(prefix.length + 1), tensor);
  }
  const unknown = Object.keys(values).find((key) => !sections.has(key));
  if (unknown !== undefined) throw mismatch(`values of ${unknown} belong to no part of this training`);
  return divided;
}

function recordOf(value: JsonValue | undefined, name: string): Values {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw mismatch(`the values of ${name} are missing`);
  }
  return value as Values;
}

/** Restores section by section; when one refuses, those already restored get their old content back. */
export function restoreAll(
  sections: ReadonlyMap<string, StatePart>,
  divided: ReadonlyMap<string, SectionState>,
): void {
  const undo: (() => void)[] = [];
  const kept: tf.Tensor[] = [];
  try {
    for (const [prefix, section] of sections) {
      const old = new Map<string, tf.Tensor>();
      for (const [name, { tensor }] of section.tensors()) old.set(name, tensor.clone());
      kept.push(...old.values());
      const oldValues = section.values();
      const { tensors, values } = divided.get(prefix)!;
      section.restore(tensors, values);
      undo.unshift(() => section.restore(old, oldValues));
    }
  } catch (error) {
    for (const restoreOld of undo) restoreOld();
    throw error;
  } finally {
    for (const tensor of kept) tensor.dispose();
  }
}

function mismatch(what: string): TintypeError {
  return new TintypeError('E_CHECKPOINT_MISMATCH', {
    where: 'restore',
    what,
    remedy: 'Restore into a training of the same recipe, configuration and version',
  });
}
