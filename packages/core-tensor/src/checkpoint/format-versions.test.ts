import { fileURLToPath } from 'node:url';
import { selectBackend, tf } from '@tintype/backend';
import { beforeAll, expect, test } from 'vitest';
import { createFileStorage } from '../node/file-storage.ts';
import type { JsonValue, TrainState } from '../training/train-state.ts';
import { createCheckpoints, readCheckpoint } from './checkpoints.ts';
import type { TensorLayout } from './layout.ts';

// One run folder for each format version that was released, as that version wrote it. These load for ever:
// a new version gets a folder of its own, and none is ever written again.
const folder = fileURLToPath(new URL('../../../../fixtures/checkpoints/', import.meta.url));

const layouts: Readonly<Record<string, TensorLayout & { shape: number[]; dtype?: 'int32' }>> = {
  'model/conv.weight': { layout: 'conv', shape: [1, 2, 2, 3] },
  'model/up.weight': { layout: 'convTransposed', shape: [2, 1, 3, 2] },
  'model/fc.weight': { layout: 'linearFromChw', chwShape: [3, 1, 2], shape: [6, 2] },
  'model/bn.num_batches_tracked': { layout: 'plain', shape: [], dtype: 'int32' },
  'ema/conv.weight': { layout: 'conv', shape: [1, 2, 2, 3] },
  'optimizer/adam/fc.weight/m': { layout: 'linearFromChw', chwShape: [3, 1, 2], shape: [6, 2] },
  'optimizer/adam/head.weight/v': { layout: 'linear', shape: [2, 3] },
};
const savedValues = { model: {}, 'optimizer/adam': { updates: 3, learningRate: 0.0002 }, note: 'é' };

/** Element i of tensor number t was saved as t + i / 8, and −0 where i is 1. */
function expectedValue(tensor: number, index: number, isInteger: boolean): number {
  if (isInteger) return 1000 + tensor;
  return index === 1 ? -0 : tensor + index / 8;
}

function createState(
  fill: (tensor: number, index: number, isInteger: boolean) => number,
  values: { [key: string]: JsonValue },
) {
  const variables = Object.entries(layouts).map(([name, { shape, dtype, ...layout }], at) => {
    const size = shape.reduce((product, axis) => product * axis, 1);
    const numbers = Array.from({ length: size }, (_, index) => fill(at, index, dtype === 'int32'));
    return [name, { ...layout, tensor: tf.variable(tf.tensor(numbers, shape, dtype ?? 'float32')) }] as const;
  });
  const restored: { values: { readonly [key: string]: JsonValue } } = { values };
  const state: TrainState = {
    tensors: () => new Map(variables),
    values: () => restored.values,
    restore: (tensors, next) => {
      for (const [name, { tensor }] of variables) tensor.assign(tensors.get(name)!);
      restored.values = next;
    },
  };
  return {
    state,
    read: () => variables.map(([, { tensor }]) => [...tensor.dataSync()]),
    values: () => restored.values,
  };
}

beforeAll(async () => {
  await selectBackend({ backend: 'cpu' });
});

test('a run saved in format version 1 is restored with every value', async () => {
  const saved = createState(expectedValue, savedValues);
  const fresh = createState(() => 0, {});
  const storage = createFileStorage(`${folder}format-1`);
  expect(await createCheckpoints(storage).restoreLatest(fresh.state)).toBe(3);
  expect(fresh.read()).toEqual(saved.read());
  expect(fresh.values()).toEqual(savedValues);
});

test('a run saved in format version 1 is read without a training, in the layouts of the disk', async () => {
  const { step, tensors } = await readCheckpoint(createFileStorage(`${folder}format-1`), 2);
  expect(step).toBe(2);
  expect(tensors.get('model')!.get('conv.weight')!.shape).toEqual([3, 2, 1, 2]);
});
