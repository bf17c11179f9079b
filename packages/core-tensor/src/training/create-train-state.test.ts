import { tf } from '@tintype/backend';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { ParameterTree } from '../parameters/parameter-tree.ts';
import { createTrainState } from './create-train-state.ts';
import { restoreSnapshot, takeSnapshot } from './state-snapshot.ts';
import type { StatePart } from './train-state.ts';

function createPart(refuses = false): StatePart & { tensor: tf.Variable } {
  const tensor = tf.variable(tf.zeros([2]));
  return {
    tensor,
    tensors: () => new Map([['slot', { tensor, layout: 'plain' as const }]]),
    values: () => ({ count: 3 }),
    restore: (tensors) => {
      if (refuses) throw new Error('refused');
      tensor.assign(tensors.get('slot') as tf.Tensor1D);
    },
  };
}

function createSystem(refuses = false) {
  const parameters: ParameterTree = new Map([
    [
      'conv.weight',
      { variable: tf.variable(tf.ones([1, 1, 2, 3])), isTrainable: true, layout: 'conv' as const },
    ],
    ['norm.mean', { variable: tf.variable(tf.ones([3])), isTrainable: false, layout: 'plain' as const }],
  ]);
  const slot = createPart();
  const optimizer: Optimizer = { step: () => {}, learningRate: 0.25, state: slot, dispose: () => {} };
  const ema = { update: () => {}, swap: () => {}, state: createPart(), dispose: () => {} };
  const pool = createPart(refuses);
  return createTrainState({ parameters, optimizers: { adam: optimizer }, ema, parts: { pool } });
}

beforeAll(() => tf.setBackend('cpu'));
beforeEach(() => tf.engine().startScope());
afterEach(() => {
  tf.disposeVariables();
  tf.engine().endScope();
});

describe('createTrainState', () => {
  test('names say the file and what it holds, with layouts', () => {
    const state = createSystem();
    const names = [...state.tensors()].map(([name, { layout }]) => `${name} ${layout}`);
    expect(names).toEqual([
      'model/conv.weight conv',
      'model/norm.mean plain',
      'ema/slot plain',
      'optimizer/adam/slot plain',
      'part/pool/slot plain',
    ]);
    expect(state.values()).toEqual({
      model: {},
      ema: { count: 3 },
      'optimizer/adam': { count: 3 },
      'part/pool': { count: 3 },
    });
    expect(state.learningRates).toEqual({ adam: 0.25 });
  });

  test('restoring puts every tensor back', async () => {
    const state = createSystem();
    const snapshot = await takeSnapshot(state);
    for (const { data } of snapshot.tensors.values()) data.fill(7);
    restoreSnapshot(state, snapshot);
    for (const { tensor } of state.tensors().values()) {
      expect(tensor.dataSync().every((value) => value === 7)).toBe(true);
    }
  });

  test.each([
    [
      'a parameter that is missing',
      'conv.weight is missing',
      (names: Map<string, unknown>) => names.delete('model/conv.weight'),
    ],
    [
      'a parameter nobody has',
      'more is unexpected',
      (names: Map<string, unknown>) => names.set('model/more', names.get('model/norm.mean')),
    ],
    [
      'a tensor of no part',
      'other/x belongs to no part',
      (names: Map<string, unknown>) => names.set('other/x', names.get('model/norm.mean')),
    ],
    [
      'another shape',
      'float32 [2], the model has float32 [3]',
      (names: Map<string, unknown>) => names.set('model/norm.mean', names.get('ema/slot')),
    ],
  ])('%s is refused by name', async (_, message, change) => {
    const state = createSystem();
    const snapshot = await takeSnapshot(state);
    const tensors = new Map(snapshot.tensors);
    change(tensors);
    expect(() => restoreSnapshot(state, { ...snapshot, tensors })).toThrow(message);
  });

  test('values that are missing or of no part are refused', async () => {
    const state = createSystem();
    const { tensors, values } = await takeSnapshot(state);
    const { ema: _, ...withoutEma } = values;
    expect(() => restoreSnapshot(state, { tensors, values: withoutEma })).toThrow(
      'the values of ema are missing',
    );
    expect(() => restoreSnapshot(state, { tensors, values: { ...values, more: {} } })).toThrow(
      'values of more',
    );
  });

  test('when the last part refuses, the earlier ones get their old content back', async () => {
    const state = createSystem(true);
    const before = await takeSnapshot(state);
    const other = await takeSnapshot(state);
    for (const { data } of other.tensors.values()) data.fill(7);
    const count = tf.memory().numTensors;
    expect(() => restoreSnapshot(state, other)).toThrow('refused');
    expect(tf.memory().numTensors).toBe(count);
    expect(await takeSnapshot(state)).toEqual(before);
  });
});
