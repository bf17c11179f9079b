import { TintypeError, tf } from '@tintype/backend';
import type { ParameterTree } from '../parameters/parameter-tree.ts';
import type { StatePart, StateTensor } from '../training/train-state.ts';
import { assertExactTensors, readSteps } from './restore-checks.ts';

interface SlotEntry<Slot extends string> {
  readonly slots: Readonly<Record<Slot, tf.Variable>>;
  /** Updates done. */
  step: number;
}

/** What an optimiser remembers, by parameter name. */
export interface SlotState<Slot extends string> {
  /** Updates done by the whole optimiser: the schedule's clock. */
  updates: number;
  /** The entry of a name; made of zeros at step 0 where there is none yet. */
  entry(name: string): SlotEntry<Slot>;
  assertAlive(): void;
  readonly part: StatePart;
  dispose(): void;
}

/** State of tensors `<parameter>/<slot>` and values `{ updates, steps: { <parameter>: n } }`. */
export function createSlotState<Slot extends string>(
  parameters: ParameterTree,
  where: string,
  slotNames: readonly Slot[],
): SlotState<Slot> {
  let entries = new Map<string, SlotEntry<Slot>>();
  let isDisposed = false;

  const makeEntry = (step: number, makeValue: (slot: Slot) => tf.Tensor): SlotEntry<Slot> => {
    const pairs = slotNames.map((slot) => [slot, ownVariable(makeValue(slot))] as const);
    return { slots: Object.fromEntries(pairs) as Record<Slot, tf.Variable>, step };
  };
  const free = (): void => {
    for (const { slots } of entries.values()) tf.dispose(slots);
    entries = new Map();
  };
  const assertAlive = (): void => {
    if (isDisposed)
      throw new TintypeError('E_DISPOSED', { where, what: 'the optimiser was freed by dispose()' });
  };

  const tensors = (): Map<string, StateTensor> => {
    assertAlive();
    const found = new Map<string, StateTensor>();
    for (const [name, { slots }] of entries) {
      const { layout, chwShape } = parameters.get(name)!;
      for (const slot of slotNames) {
        found.set(`${name}/${slot}`, { tensor: slots[slot], layout, ...(chwShape && { chwShape }) });
      }
    }
    return found;
  };

  const state: SlotState<Slot> = {
    updates: 0,
    entry(name) {
      let entry = entries.get(name);
      if (!entry) {
        const { shape } = parameters.get(name)!.variable;
        entry = makeEntry(0, () => tf.zeros(shape));
        entries.set(name, entry);
      }
      return entry;
    },
    assertAlive,
    part: {
      tensors,
      values: () => ({
        updates: state.updates,
        steps: Object.fromEntries([...entries].map(([name, { step }]) => [name, step])),
      }),
      restore(received, values) {
        assertAlive();
        const { updates, steps } = readSteps(where, values, parameters);
        const expected = [...steps.keys()].flatMap((name) =>
          slotNames.map((slot) => [`${name}/${slot}`, parameters.get(name)!.variable] as const),
        );
        assertExactTensors(where, new Map(expected), received);
        free();
        for (const [name, step] of steps) {
          entries.set(
            name,
            makeEntry(step, (slot) => tf.clone(received.get(`${name}/${slot}`)!)),
          );
        }
        state.updates = updates;
      },
    },
    dispose() {
      isDisposed = true;
      free();
    },
  };
  return state;
}

/** A variable of this value, which is taken over. */
function ownVariable(value: tf.Tensor): tf.Variable {
  const variable = tf.variable(value, false);
  value.dispose();
  return variable;
}
