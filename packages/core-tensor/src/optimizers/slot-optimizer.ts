import { TintypeError, tf } from '@tintype/backend';
import type { ParameterEntry, ParameterTree } from '../parameters/parameter-tree.ts';
import { assertNonNegative, assertPositive } from './assert-hyperparameters.ts';
import type { LearningRateSchedule, Optimizer } from './optimizer.ts';
import { createSlotState, type SlotState } from './slot-state.ts';

/** What every optimiser takes. */
export interface OptimizerOptions {
  /** A number, or a function of the updates done so far. */
  learningRate: number | LearningRateSchedule;
}

/** What a rule sees of one parameter. Scalars are float64 on the host. */
export interface UpdateContext<Slot extends string> {
  readonly variable: tf.Variable;
  readonly gradient: tf.Tensor;
  readonly slots: Readonly<Record<Slot, tf.Variable>>;
  /** Updates of this parameter including this one: 1 at the first. */
  readonly step: number;
  readonly learningRate: number;
}

/** The mathematics of an optimiser: its slots, each shaped like the parameter and starting at 0, and one update. */
export interface UpdateRule<Slot extends string> {
  readonly where: string;
  readonly slots: readonly Slot[];
  /** Updates all parameters at once, or returns false with nothing changed where that is not possible. */
  updateAll?(contexts: readonly UpdateContext<Slot>[]): boolean;
  /** Assigns variable and slots. Runs inside a tidy. */
  update(context: UpdateContext<Slot>): void;
}

/**
 * An optimiser from its rule. State is kept by parameter name: a name starts at step 0 when its first gradient comes,
 * so trees may grow and gradients may be absent. Throws `E_CONFIG` for a gradient of an unknown or untrainable name or an
 * impossible learning rate, `E_SHAPE` for a gradient of another shape, `E_DISPOSED` after `dispose`.
 */
export function createSlotOptimizer<Slot extends string>(
  parameters: ParameterTree,
  options: OptimizerOptions,
  rule: UpdateRule<Slot>,
): Optimizer {
  const { learningRate } = options;
  if (typeof learningRate !== 'function') assertPositive(rule.where, { learningRate });
  const state = createSlotState(parameters, rule.where, rule.slots);

  const currentRate = (): number => {
    if (typeof learningRate !== 'function') return learningRate;
    const rate = learningRate(state.updates);
    assertNonNegative(`${rule.where} at update ${state.updates}`, { learningRate: rate });
    return rate;
  };

  return {
    get learningRate() {
      return currentRate();
    },
    step(gradients) {
      state.assertAlive();
      const due = Object.entries(gradients).map(
        ([name, gradient]) => [name, gradient, findEntry(parameters, rule.where, name, gradient)] as const,
      );
      const rate = currentRate();
      const contexts = due.map(([name, gradient, { variable }]) => {
        const { slots, step } = advance(state, name);
        return { variable, gradient, slots, step, learningRate: rate };
      });
      if (!rule.updateAll?.(contexts)) {
        for (const context of contexts) tf.tidy(() => rule.update(context));
      }
      state.updates += 1;
    },
    state: state.part,
    dispose: state.dispose,
  };
}

function advance<Slot extends string>(state: SlotState<Slot>, name: string) {
  const entry = state.entry(name);
  entry.step += 1;
  return entry;
}

function findEntry(
  parameters: ParameterTree,
  where: string,
  name: string,
  gradient: tf.Tensor,
): ParameterEntry {
  const entry = parameters.get(name);
  if (!entry?.isTrainable) {
    throw new TintypeError('E_CONFIG', {
      where,
      what: 'a gradient names no trainable parameter of this optimiser',
      got: name,
      remedy: 'Compute gradients for the same parameters the optimiser was made with',
    });
  }
  if (!tf.util.arraysEqual(entry.variable.shape, gradient.shape)) {
    throw new TintypeError('E_SHAPE', {
      where: `${where}: gradient of ${name}`,
      what: 'a gradient has the shape of its parameter',
      got: gradient.shape,
      expected: entry.variable.shape,
    });
  }
  return entry;
}
