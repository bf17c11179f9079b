import { selectBackend, tf } from '@tintype/backend';
import { beforeAll, describe, expect, test } from 'vitest';
import type { JsonValue, StatePart, TrainState } from '../training/train-state.ts';
import { type CheckpointFiles, readCheckpointFolder, writeCheckpointFolder } from './checkpoint-folder.ts';
import { createCheckpoints, readCheckpoint } from './checkpoints.ts';
import type { TensorLayout } from './layout.ts';
import { createMemoryStorage } from './memory-storage.ts';
import { decodeSafetensors } from './safetensors-decode.ts';
import { encodeSafetensors } from './safetensors-encode.ts';
import { toFloat32 } from './safetensors-values.ts';
import type { Storage } from './storage.ts';

interface Item extends TensorLayout {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype?: 'int32' | 'bool';
}

const items: readonly Item[] = [
  { name: 'model/conv.weight', shape: [3, 2, 2, 4], layout: 'conv' },
  { name: 'model/up.weight', shape: [2, 2, 3, 5], layout: 'convTransposed' },
  { name: 'model/fc.weight', shape: [12, 3], layout: 'linearFromChw', chwShape: [3, 2, 2] },
  { name: 'model/fc.bias', shape: [3], layout: 'plain' },
  { name: 'model/scale', shape: [], layout: 'plain' },
  { name: 'model/bn.num_batches_tracked', shape: [], layout: 'plain', dtype: 'int32' },
  { name: 'ema/conv.weight', shape: [3, 2, 2, 4], layout: 'conv' },
  { name: 'optimizer/adam/conv.weight/m', shape: [3, 2, 2, 4], layout: 'conv' },
  { name: 'optimizer/adam/out.weight/v', shape: [4, 2], layout: 'linear' },
  { name: 'part/pool/seen', shape: [3], layout: 'plain', dtype: 'bool' },
];
const startValues = {
  'optimizer/adam': { updates: 3, rate: 1e-4 },
  'part/pool': { names: ['a', null, true] },
};

interface TestState extends TrainState {
  bits(): Record<string, number[] | JsonValue>;
  dispose(): void;
}

/** A state of every layout and type; its float bits include NaN payloads, −0 and infinities. */
function createState(seed: number, over: readonly Item[] = items): TestState {
  const special = [0x7fc0_1234, 0xffc0_0001, 0x8000_0000, 0x7f80_0000, 0x0000_0001];
  const variables = new Map(
    over.map((item, at) => {
      const size = item.shape.reduce((product, axis) => product * axis, 1);
      const words = Uint32Array.from(
        { length: size },
        (_, i) => special[(i + seed) % 7] ?? 0x3f80_0000 + i * 97 + at + seed,
      );
      const values = {
        float32: () => new Float32Array(words.buffer),
        int32: () => Int32Array.from(words, (_, i) => seed * 1000 + i),
        bool: () => Uint8Array.from(words, (_, i) => (i + seed) % 2),
      }[item.dtype ?? 'float32']();
      const initial = tf.tensor(values, [...item.shape], item.dtype ?? 'float32');
      const variable = tf.variable(initial);
      initial.dispose();
      return [item.name, { item, variable }] as const;
    }),
  );
  let values: { readonly [key: string]: JsonValue } = { ...startValues, seed };
  const restore: StatePart['restore'] = (tensors, restored) => {
    for (const name of Object.keys(startValues)) {
      if (!(name in restored)) throw Object.assign(new Error(name), { code: 'E_CHECKPOINT_MISMATCH' });
    }
    const unknown = [...tensors.keys()].find((name) => !variables.has(name));
    if (unknown)
      throw Object.assign(new Error(`${unknown} is unexpected`), { code: 'E_CHECKPOINT_MISMATCH' });
    for (const [name, tensor] of tensors) variables.get(name)!.variable.assign(tensor);
    values = restored;
  };
  return {
    tensors: () =>
      new Map([...variables].map(([name, { item, variable }]) => [name, { ...item, tensor: variable }])),
    values: () => values,
    restore,
    bits: () => ({
      ...Object.fromEntries([...variables].map(([name, { variable }]) => [name, bitsOf(variable)])),
      values,
    }),
    dispose: () => {
      for (const { variable } of variables.values()) variable.dispose();
    },
  };
}

function bitsOf(tensor: tf.Tensor): number[] {
  const { buffer, byteOffset, byteLength } = tensor.dataSync();
  return [...new Uint8Array(buffer, byteOffset, byteLength)];
}

async function saved(seed = 1): Promise<Storage> {
  const storage = createMemoryStorage();
  const state = createState(seed);
  await createCheckpoints(storage).save(1200, state);
  state.dispose();
  return storage;
}

/** Replaces the saved checkpoint by a changed one whose hashes are right. */
async function rewrite(storage: Storage, change: (files: CheckpointFiles) => CheckpointFiles): Promise<void> {
  const files = await readCheckpointFolder(storage, 'step-0001200');
  await writeCheckpointFolder(storage, 'step-0001200', change(files), { name: 'tintype', version: '0' });
}

describe.each(['cpu', 'wasm'] as const)('on %s', (backend) => {
  beforeAll(async () => {
    await selectBackend({ backend });
  });

  test('a state is restored bit for bit, its step given back, and no tensor is left over', async () => {
    const storage = await saved(1);
    const [one, two] = [createState(1), createState(2)];
    expect(two.bits()).not.toEqual(one.bits());
    const before = tf.memory().numTensors;
    expect(await createCheckpoints(storage).restoreLatest(two)).toBe(1200);
    await createCheckpoints(createMemoryStorage()).save(1, two);
    expect(tf.memory().numTensors).toBe(before);
    expect(two.bits()).toEqual(one.bits());
    one.dispose();
    two.dispose();
  });
});

describe('a checkpoint', () => {
  beforeAll(async () => {
    await selectBackend({ backend: 'cpu' });
  });

  test('of a run without any is undefined, and the state stays as it is', async () => {
    const state = createState(1);
    const before = state.bits();
    expect(await createCheckpoints(createMemoryStorage()).restoreLatest(state)).toBeUndefined();
    expect(state.bits()).toEqual(before);
    state.dispose();
  });

  test('has one file for each first part of a name, in PyTorch layouts', async () => {
    const storage = await saved();
    expect(await storage.list('step-0001200')).toEqual(
      ['ema', 'model', 'optimizer', 'part'].map((name) => `${name}.safetensors`).concat('state.json'),
    );
    const { step, values, tensors } = await readCheckpoint(storage);
    expect([step, values.seed]).toEqual([1200, 1]);
    const shapes = [...tensors].flatMap(([file, entries]) =>
      [...entries].map(([name, { dtype, shape }]) => `${file}/${name} ${dtype} [${shape}]`),
    );
    expect(shapes.sort()).toEqual([
      'ema/conv.weight F32 [4,2,3,2]',
      'model/bn.num_batches_tracked I32 []',
      'model/conv.weight F32 [4,2,3,2]',
      'model/fc.bias F32 [3]',
      'model/fc.weight F32 [3,12]',
      'model/scale F32 []',
      'model/up.weight F32 [5,3,2,2]',
      'optimizer/adam/conv.weight/m F32 [4,2,3,2]',
      'optimizer/adam/out.weight/v F32 [2,4]',
      'part/pool/seen BOOL [3]',
    ]);
  });

  test('saves the state of the moment of the call, even if training goes on meanwhile', async () => {
    const storage = createMemoryStorage();
    const [state, same] = [createState(1), createState(1)];
    const saving = createCheckpoints(storage).save(5, state);
    for (const { tensor } of state.tensors().values()) (tensor as tf.Variable).assign(tf.zerosLike(tensor));
    await saving;
    await createCheckpoints(storage).restoreLatest(state);
    expect(state.bits()).toEqual(same.bits());
  });

  test.each(items.map(({ name }) => name))('without %s is refused, and nothing changes', async (name) => {
    const storage = await saved();
    const [file, ...rest] = name.split('/') as [string, ...string[]];
    await rewrite(storage, ({ files, ...others }) => {
      const entries = new Map(decodeSafetensors(files.get(`${file}.safetensors`)!));
      entries.delete(rest.join('/'));
      return { ...others, files: new Map([...files, [`${file}.safetensors`, encodeSafetensors(entries)]]) };
    });
    const state = createState(2);
    const before = state.bits();
    const restoring = createCheckpoints(storage).restoreLatest(state);
    await expect(restoring).rejects.toMatchObject({ code: 'E_CHECKPOINT_MISMATCH' });
    await expect(restoring).rejects.toThrow(`1 missing: ${name}`);
    expect(state.bits()).toEqual(before);
  });

  test.each(Object.keys(startValues))('without the values of %s is refused', async (name) => {
    const storage = await saved();
    await rewrite(storage, (files) => {
      const { [name]: _, ...values } = files.values;
      return { ...files, values };
    });
    const state = createState(2);
    const before = state.bits();
    await expect(createCheckpoints(storage).restoreLatest(state)).rejects.toMatchObject({
      code: 'E_CHECKPOINT_MISMATCH',
    });
    expect(state.bits()).toEqual(before);
  });

  test('without a whole file is refused', async () => {
    const storage = await saved();
    await rewrite(storage, (files) => ({ ...files, files: new Map([...files.files].slice(1)) }));
    await expect(createCheckpoints(storage).restoreLatest(createState(2))).rejects.toMatchObject({
      code: 'E_CHECKPOINT_MISMATCH',
    });
  });

  test('of another model is refused with what is missing, unexpected and of another shape', async () => {
    const storage = await saved();
    const many = Array.from({ length: 14 }, (_, i) => ({
      name: `model/new.${i}`,
      shape: [1],
      layout: 'plain' as const,
    }));
    const changed = items
      .slice(1)
      .map((item) => (item.name === 'model/fc.bias' ? { ...item, shape: [4] } : item));
    const state = createState(2, [...changed, ...many]);
    const restoring = createCheckpoints(storage).restoreLatest(state);
    await expect(restoring).rejects.toThrow(/14 missing: model\/new\.0, .*model\/new\.9 and 4 more/);
    await expect(restoring).rejects.toThrow('1 unexpected: model/conv.weight;');
    await expect(restoring).rejects.toThrow(
      '1 of another shape or type: model/fc.bias (got float32 [3], expected float32 [4])',
    );
  });

  test('with a tensor that the state has yet to make is handed to it in the layout of memory', async () => {
    const storage = await saved(1);
    const lazy = createState(
      2,
      items.filter(({ name }) => !name.startsWith('optimizer/')),
    );
    const received = new Map<string, number[]>();
    const restoring = createCheckpoints(storage).restoreLatest({
      ...lazy,
      restore: (tensors) => {
        for (const [name, tensor] of tensors) received.set(name, [...tensor.shape, ...bitsOf(tensor)]);
      },
    });
    expect(await restoring).toBe(1200);
    const whole = createState(1).bits() as Record<string, number[]>;
    for (const { name, shape } of items) expect(received.get(name)).toEqual([...shape, ...whole[name]!]);
    await expect(createCheckpoints(storage).restoreLatest(lazy)).rejects.toMatchObject({
      code: 'E_CHECKPOINT_MISMATCH',
    });
  });

  test('is read by step, and a step that is not there is refused with those that are', async () => {
    const storage = await saved();
    const { tensors } = await readCheckpoint(storage, 1200);
    expect(toFloat32(tensors.get('model')!.get('fc.bias')!)).toHaveLength(3);
    await expect(readCheckpoint(storage, 7)).rejects.toMatchObject({ code: 'E_NO_RUN' });
    await expect(readCheckpoint(createMemoryStorage())).rejects.toMatchObject({ code: 'E_NO_RUN' });
  });

  test('of a state whose tensor names no file is refused', async () => {
    const state = createState(1, [{ name: 'weight', shape: [1], layout: 'plain' }]);
    const before = tf.memory().numTensors;
    await expect(createCheckpoints(createMemoryStorage()).save(1, state)).rejects.toThrow(
      /start with the file/,
    );
    expect(tf.memory().numTensors).toBe(before);
  });
});
