import { describe, expect, test } from 'vitest';
import { type CheckpointFiles, readCheckpointFolder, writeCheckpointFolder } from './checkpoint-folder.ts';
import { createCheckpointStore } from './checkpoint-store.ts';
import { createMemoryStorage } from './memory-storage.ts';
import { decodeSafetensors } from './safetensors-decode.ts';
import { encodeSafetensors } from './safetensors-encode.ts';
import { decodeSealedJson, encodeSealedJson } from './sealed-json.ts';
import type { Storage } from './storage.ts';

const library = { name: 'tintype', version: '9.9.9' };
const newestFolder = 'step-0000200';

function filesOf(step: number): CheckpointFiles {
  const model = Uint8Array.from({ length: 300 }, (_, index) => (index * 7 + step) % 256);
  const optimizer = Uint8Array.from({ length: 500 }, (_, index) => (index * 13 + step) % 256);
  return {
    step,
    values: { 'optimizer/adam': { updates: step }, note: 'é' },
    files: new Map([
      ['model.safetensors', model],
      ['optimizer.safetensors', optimizer],
    ]),
  };
}

/** A storage with checkpoints of these steps, and a store over it that keeps its warnings. */
async function savedRun(steps: readonly number[], keep = 3) {
  const storage = createMemoryStorage();
  const warnings: string[] = [];
  const store = createCheckpointStore(storage, { keep, library, onWarning: (text) => warnings.push(text) });
  for (const step of steps) await store.save(filesOf(step));
  return { storage, store, warnings };
}

/** A fresh reader, as the next process would be. */
function reopened(storage: Storage) {
  const warnings: string[] = [];
  const store = createCheckpointStore(storage, { onWarning: (text) => warnings.push(text) });
  return { store, warnings };
}

test('the latest checkpoint is read back whole', async () => {
  const { storage, warnings } = await savedRun([100, 200]);
  expect(await reopened(storage).store.readLatest()).toEqual(filesOf(200));
  expect(warnings).toEqual([]);
  expect(await storage.list('')).toEqual(['latest.json', 'step-0000100', 'step-0000200']);
  expect(await storage.list(newestFolder)).toEqual([
    'model.safetensors',
    'optimizer.safetensors',
    'state.json',
  ]);
});

test('a run without checkpoints has no latest one', async () => {
  const { store } = reopened(createMemoryStorage());
  expect(await store.readLatest()).toBeUndefined();
  await expect(store.read(1)).rejects.toMatchObject({ code: 'E_NO_RUN' });
});

test('as many checkpoints are kept as asked for, the newest ones', async () => {
  const { storage, store } = await savedRun([1, 2, 3, 4, 5], 2);
  expect(await storage.list('')).toEqual(['latest.json', 'step-0000004', 'step-0000005']);
  expect(await store.read(4)).toEqual(filesOf(4));
  await expect(store.read(3)).rejects.toThrow(/one of 4, 5/);
});

test('after going back, the earlier step that was saved last is the latest', async () => {
  const { storage } = await savedRun([100, 200, 150], 2);
  expect((await reopened(storage).store.readLatest())?.step).toBe(150);
  expect(await storage.list('')).toEqual(['latest.json', 'step-0000100', 'step-0000150']);
});

test('a step that is saved again replaces its checkpoint', async () => {
  const { storage, store } = await savedRun([100, 200]);
  const again = { ...filesOf(200), values: { again: true } };
  await store.save(again);
  expect(await reopened(storage).store.readLatest()).toEqual(again);
  expect(await storage.list('')).toEqual(['latest.json', 'step-0000100', 'step-0000200']);
});

test('a second save while one is under way is refused', async () => {
  const { store } = await savedRun([]);
  const first = store.save(filesOf(1));
  await expect(store.save(filesOf(2))).rejects.toMatchObject({ code: 'E_BUSY' });
  await first;
});

test.each([0.5, -1, Number.NaN, 2 ** 53])('step %s is refused', async (step) => {
  const { store } = await savedRun([]);
  await expect(store.save({ ...filesOf(1), step })).rejects.toMatchObject({ code: 'E_CONFIG' });
});

test('a value that JSON cannot hold is refused before the latest checkpoint changes', async () => {
  const { storage, store } = await savedRun([100]);
  const bad = { ...filesOf(200), values: { loss: Number.NaN } };
  await expect(store.save(bad)).rejects.toMatchObject({ code: 'E_CONFIG' });
  expect((await reopened(storage).store.readLatest())?.step).toBe(100);
  expect(await storage.list('')).toEqual(['latest.json', 'step-0000100']);
});

describe('damage', () => {
  async function flipBit(storage: Storage, path: string, bit: number): Promise<() => Promise<void>> {
    const good = await storage.read(path);
    const bad = good.slice();
    bad[bit >> 3]! ^= 1 << (bit & 7);
    await storage.write(path, bad);
    return () => storage.write(path, good);
  }

  test('any of 1 000 flipped bits leads to the checkpoint before, never to wrong content', async () => {
    const { storage } = await savedRun([100, 200]);
    const names = ['model.safetensors', 'optimizer.safetensors', 'state.json'].map(
      (name) => `${newestFolder}/${name}`,
    );
    const paths = [...names, 'latest.json'];
    let state = 1234567;
    let warned = 0;
    for (let round = 0; round < 1000; round += 1) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const path = paths[round % paths.length]!;
      const restore = await flipBit(storage, path, state % ((await storage.read(path)).length * 8));
      const { store, warnings } = reopened(storage);
      const read = await store.readLatest();
      // White space of JSON and the pointer to the latest carry no content: damage there may lose nothing.
      const mayBeIntact = path.endsWith('.json');
      expect(read).toEqual(mayBeIntact && read?.step === 200 ? filesOf(200) : filesOf(100));
      if (read?.step === 100) expect(warnings.join()).toContain('step 100 is used instead');
      warned += warnings.length > 0 ? 1 : 0;
      await restore();
    }
    expect(warned).toBeGreaterThan(900);
    expect(await reopened(storage).store.readLatest()).toEqual(filesOf(200));
  });

  test('a flipped bit in the numbers shows nowhere but in the hash', async () => {
    const { storage } = await savedRun([100, 200]);
    const path = `${newestFolder}/model.safetensors`;
    const entries = new Map([['w', { dtype: 'U8', shape: [2], data: Uint8Array.of(1, 2) } as const]]);
    const file = encodeSafetensors(entries);
    await storage.write(path, file);
    await flipBit(storage, path, file.length * 8 - 1);
    expect([...decodeSafetensors(await storage.read(path)).get('w')!.data]).toEqual([1, 130]);
    expect((await reopened(storage).store.readLatest())?.step).toBe(100);
  });

  test.each(['model.safetensors', 'optimizer.safetensors', 'state.json'])(
    'a lost %s leads to the one before',
    async (name) => {
      const { storage } = await savedRun([100, 200]);
      await storage.remove(`${newestFolder}/${name}`);
      expect((await reopened(storage).store.readLatest())?.step).toBe(100);
    },
  );

  test('where every checkpoint is damaged, an error names each', async () => {
    const { storage } = await savedRun([100, 200]);
    await flipBit(storage, 'step-0000100/model.safetensors', 5);
    await flipBit(storage, 'step-0000200/state.json', 300);
    const failure = reopened(storage).store.readLatest();
    await expect(failure).rejects.toMatchObject({ code: 'E_CHECKPOINT' });
    await expect(failure).rejects.toThrow(/step-0000200\/state\.json.*step-0000100\/model\.safetensors/);
  });

  test('a lost latest.json leads to the newest folder', async () => {
    const { storage } = await savedRun([100, 200]);
    await storage.remove('latest.json');
    expect((await reopened(storage).store.readLatest())?.step).toBe(200);
  });
});

describe('state.json', () => {
  async function withState(change: (state: Record<string, unknown>) => void): Promise<Storage> {
    const { storage } = await savedRun([100, 200]);
    const path = `${newestFolder}/state.json`;
    const state = (await decodeSealedJson(await storage.read(path), path)) as Record<string, unknown>;
    change(state);
    await storage.write(path, await encodeSealedJson(state as never, path));
    return storage;
  }

  test('a newer format version is refused, naming who made it', async () => {
    const storage = await withState((state) => Object.assign(state, { formatVersion: 2, anything: 'new' }));
    const failure = reopened(storage).store.readLatest();
    await expect(failure).rejects.toMatchObject({ code: 'E_VERSION' });
    await expect(failure).rejects.toThrow(/made by tintype 9\.9\.9 .*got format version 2.*Upgrade tintype/);
  });

  test.each([
    [
      'a file outside the folder',
      { files: { '../secret.safetensors': { bytes: 1, sha256: '0'.repeat(64) } } },
    ],
    ['a missing field', { step: undefined }],
    ['a fractional step', { step: 1.5 }],
    ['a field of another name', { extra: 1 }],
  ])('%s is damage, however well sealed', async (_, fields) => {
    const storage = await withState((state) => Object.assign(state, fields));
    const { store, warnings } = reopened(storage);
    expect((await store.readLatest())?.step).toBe(100);
    expect(warnings.join()).toContain('not the state of a checkpoint');
  });
});

describe('interruptions', () => {
  /** A storage whose n-th operation throws and which is dead from then on, as after a kill. */
  function dyingAt(inner: Storage, n: number): Storage {
    let operations = 0;
    const guarded =
      <Args extends unknown[], Result>(operation: (...args: Args) => Promise<Result>) =>
      async (...args: Args): Promise<Result> => {
        operations += 1;
        if (operations >= n) throw new Error(`operation ${n}`);
        return operation(...args);
      };
    return {
      read: guarded(inner.read),
      write: guarded(inner.write),
      append: guarded(inner.append),
      rename: guarded(inner.rename),
      remove: guarded(inner.remove),
      list: guarded(inner.list),
      exists: guarded(inner.exists),
    };
  }

  /** As `dyingAt`, but only the n-th operation fails. */
  function failingAt(inner: Storage, n: number): Storage {
    let operations = 0;
    const guarded =
      <Args extends unknown[], Result>(operation: (...args: Args) => Promise<Result>) =>
      async (...args: Args): Promise<Result> => {
        operations += 1;
        if (operations === n) throw new Error(`operation ${n}`);
        return operation(...args);
      };
    return {
      ...dyingAt(inner, Number.POSITIVE_INFINITY),
      write: guarded(inner.write),
      rename: guarded(inner.rename),
    };
  }

  test.each([
    ['dies', dyingAt, [100, 200]],
    ['fails', failingAt, [100, 200]],
    ['dies while a step is saved again', dyingAt, [200]],
    ['fails while a step is saved again', failingAt, [200]],
  ])(
    'whichever operation %s, the latest is the old or the new one, and the next save succeeds',
    async (_, fault, steps) => {
      const old = steps.at(-1)!;
      const next = { ...filesOf(old === 200 && steps.length === 1 ? 200 : 300), values: { next: true } };
      const seen = { old: 0, new: 0 };
      let isDone = false;
      for (let n = 1; !isDone; n += 1) {
        const { storage } = await savedRun(steps, 1 + (n % 2));
        const store = createCheckpointStore(fault(storage, n), {
          keep: 1,
          library,
          onWarning: () => undefined,
        });
        const isSaved = await store.save(next).then(
          () => true,
          () => false,
        );
        const latest = await reopened(storage).store.readLatest();
        const isNew = latest?.values.next === true;
        expect(latest).toEqual(isNew ? next : filesOf(old));
        if (isSaved) expect(isNew).toBe(true);
        seen[isNew ? 'new' : 'old'] += 1;

        const later = createCheckpointStore(storage, { keep: 1, library });
        await later.sweep();
        expect(await reopened(storage).store.readLatest()).toEqual(latest);
        await later.save(filesOf(400));
        expect(await storage.list('')).toEqual(['latest.json', 'step-0000400']);
        isDone = isSaved && n > 30;
      }
      expect(seen.old).toBeGreaterThan(3);
      expect(seen.new).toBeGreaterThan(3);
    },
  );

  test('writing straight into the folder of the step does leave a mix', async () => {
    const storage = createMemoryStorage();
    await writeCheckpointFolder(storage, newestFolder, filesOf(200), library);
    const next = { ...filesOf(200), files: filesOf(201).files };
    await writeCheckpointFolder(dyingAt(storage, 2), newestFolder, next, library).catch(() => undefined);
    await expect(readCheckpointFolder(storage, newestFolder)).rejects.toMatchObject({ code: 'E_CHECKPOINT' });
  });

  test('leftovers of a killed process are ignored and swept', async () => {
    const { storage } = await savedRun([100]);
    await writeCheckpointFolder(storage, '.tmp-step-0000300', filesOf(300), library);
    await storage.write('.tmp-123-4', Uint8Array.of(1));
    const { store } = reopened(storage);
    expect((await store.readLatest())?.step).toBe(100);
    await store.sweep();
    expect(await storage.list('')).toEqual(['latest.json', 'step-0000100']);
  });
});
