import { TintypeError, type tf } from '@tintype/backend';
import { restoreAll } from './create-train-state.ts';
import type { JsonValue, StateTensor, TrainState } from './train-state.ts';

/**
 * The states of several trainings as one: tensor `<file>/<rest>` of state `prior` is `<file>/prior.<rest>`, its values
 * are those of `prior`, its learning rates `prior.<optimizer>`. `restore` is all or nothing over all of them; it throws
 * `E_CHECKPOINT_MISMATCH`. Names without dots.
 */
export function joinTrainStates(states: Readonly<Record<string, TrainState>>): TrainState {
  const sections = new Map(Object.entries(states));

  return {
    tensors: () => {
      const joined = new Map<string, StateTensor>();
      for (const [stage, state] of sections) {
        for (const [name, tensor] of state.tensors()) joined.set(joinName(stage, name), tensor);
      }
      return joined;
    },
    values: () => Object.fromEntries([...sections].map(([stage, state]) => [stage, state.values()] as const)),
    restore: (tensors, values) => {
      const divided = new Map(
        [...sections.keys()].map((stage) => [
          stage,
          { tensors: new Map<string, tf.Tensor>(), values: valuesOf(values[stage], stage) },
        ]),
      );
      for (const [name, tensor] of tensors) {
        const [stage, rest] = divideName(name);
        const section = divided.get(stage);
        if (section === undefined) throw mismatch(`tensor ${name} belongs to no stage of this training`);
        section.tensors.set(rest, tensor);
      }
      const unknown = Object.keys(values).find((stage) => !sections.has(stage));
      if (unknown !== undefined) throw mismatch(`values of ${unknown} belong to no stage of this training`);
      restoreAll(sections, divided);
    },
    get learningRates() {
      const rates = [...sections].flatMap(([stage, { learningRates = {} }]) =>
        Object.entries(learningRates).map(([name, rate]) => [`${stage}.${name}`, rate] as const),
      );
      return Object.fromEntries(rates);
    },
  };
}

/** `model/encoder.weight` of `vq_vae` → `model/vq_vae.encoder.weight`. */
function joinName(stage: string, name: string): string {
  const slash = name.indexOf('/') + 1;
  return `${name.slice(0, slash)}${stage}.${name.slice(slash)}`;
}

function divideName(name: string): readonly [stage: string, rest: string] {
  const slash = name.indexOf('/') + 1;
  const dot = name.indexOf('.', slash);
  return [name.slice(slash, Math.max(slash, dot)), name.slice(0, slash) + name.slice(dot + 1)];
}

function valuesOf(value: JsonValue | undefined, stage: string): { readonly [key: string]: JsonValue } {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw mismatch(`the values of ${stage} are missing`);
  }
  return value as { readonly [key: string]: JsonValue };
}

function mismatch(what: string): TintypeError {
  return new TintypeError('E_CHECKPOINT_MISMATCH', {
    where: 'restore',
    what,
    remedy: 'Restore into a training of the same recipe, configuration and version',
  });
}
