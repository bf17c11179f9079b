import { type AverageUpdate, averageUpdate, TintypeError, tf } from '@tintype/backend';
import type { ParameterEntry, ParameterTree } from '../parameters/parameter-tree.ts';
import type { StatePart, StateTensor } from '../training/train-state.ts';
import type { Ema } from './ema.ts';
import { createEmaDecay, type EmaDecayOptions } from './ema-decay.ts';
import { assertExactTensors, readSteps } from './restore-checks.ts';

export type EmaOptions = EmaDecayOptions;

interface Shadow {
  readonly average: tf.Variable;
  /** Updates done. */
  step: number;
}

/**
 * An exponential moving average of a tree: average ← average − (1 − decay)·(average − parameter) for trainable entries,
 * copies of buffers. It starts as a copy, follows a growing tree (a new name starts its own warm-up), and has state of
 * tensors `<parameter>` and values `{ updates, steps }`. `update` and the state refuse with `E_BUSY` while swapped.
 * Throws `E_CONFIG` on impossible options.
 */
export function createEma(parameters: ParameterTree, options: EmaOptions): Ema {
  const decayOf = createEmaDecay(options);
  let shadows = new Map<string, Shadow>();
  let updates = 0;
  let swapped: readonly string[] | undefined;
  let isDisposed = false;

  const follow = (): void => {
    for (const [name, { variable }] of parameters) {
      if (!shadows.has(name)) shadows.set(name, { average: copyOf(variable), step: 0 });
    }
  };
  const assertUsable = (isSwapAllowed: boolean): void => {
    if (isDisposed) {
      throw new TintypeError('E_DISPOSED', { where: 'ema', what: 'the average was freed by dispose()' });
    }
    if (swapped === undefined || isSwapAllowed) return;
    throw new TintypeError('E_BUSY', {
      where: 'ema',
      what: 'average and parameters are exchanged',
      remedy: 'Call swap() again first',
    });
  };

  const state: StatePart = {
    tensors() {
      assertUsable(false);
      const tensors = new Map<string, StateTensor>();
      for (const [name, { average }] of shadows) {
        const { layout, chwShape } = parameters.get(name)!;
        tensors.set(name, { tensor: average, layout, ...(chwShape && { chwShape }) });
      }
      return tensors;
    },
    values() {
      assertUsable(false);
      return { updates, steps: Object.fromEntries([...shadows].map(([name, { step }]) => [name, step])) };
    },
    restore(tensors, values) {
      assertUsable(false);
      const saved = readSteps('ema', values, parameters);
      const expected = [...saved.steps.keys()].map((name) => [name, parameters.get(name)!.variable] as const);
      assertExactTensors('ema', new Map(expected), tensors);
      const restored = [...saved.steps].map(
        ([name, step]) => [name, { average: copyOf(tensors.get(name)!), step }] as const,
      );
      disposeAll(shadows);
      shadows = new Map(restored);
      updates = saved.updates;
    },
  };

  follow();
  return {
    update() {
      assertUsable(false);
      follow();
      updates += 1;
      const due = [...parameters].flatMap(([name, entry]) =>
        copyOrAverage(shadows.get(name)!, entry, decayOf),
      );
      if (!averageUpdate(due)) for (const update of due) average(update);
    },
    swap() {
      assertUsable(true);
      const names = swapped ?? [...shadows.keys()];
      for (const name of names) exchange(parameters.get(name)!.variable, shadows.get(name)!.average);
      swapped = swapped === undefined ? names : undefined;
    },
    state,
    dispose() {
      isDisposed = true;
      disposeAll(shadows);
      shadows = new Map();
    },
  };
}

/** Counts the update. A decay of 0 copies at once; anything else is still to be done. */
function copyOrAverage(
  shadow: Shadow,
  entry: ParameterEntry,
  decayOf: (update: number) => number,
): AverageUpdate[] {
  shadow.step += 1;
  const decay = entry.isTrainable ? decayOf(shadow.step) : 0;
  if (decay !== 0) return [{ average: shadow.average, value: entry.variable, decay }];
  shadow.average.assign(entry.variable);
  return [];
}

function average({ average, value, decay }: AverageUpdate): void {
  tf.tidy(() => average.assign(tf.sub(average, tf.mul(tf.sub(average, value), 1 - decay))));
}

/** Exchanges the data of two variables; no number is touched. */
function exchange(a: tf.Variable, b: tf.Variable): void {
  const data = a.clone();
  a.assign(b);
  b.assign(data);
  data.dispose();
}

function copyOf(value: tf.Tensor): tf.Variable {
  return tf.variable(value, false);
}

function disposeAll(shadows: ReadonlyMap<string, Shadow>): void {
  for (const { average: variable } of shadows.values()) variable.dispose();
}
