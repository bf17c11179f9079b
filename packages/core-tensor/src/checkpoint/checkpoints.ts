import type { JsonValue, TrainState } from '../training/train-state.ts';
import type { CheckpointFiles } from './checkpoint-folder.ts';
import { type CheckpointOptions, type CheckpointStore, createCheckpointStore } from './checkpoint-store.ts';
import { decodeSafetensors } from './safetensors-decode.ts';
import type { SafetensorsEntry } from './safetensors-dtype.ts';
import { restoreFromFiles, stateToFiles } from './state-files.ts';
import type { Storage } from './storage.ts';

export interface Checkpoints {
  /**
   * Saves the state of this moment, whole or not at all, and removes the oldest beyond `keep`. Gives the folder.
   * @throws TintypeError `E_DISK_FULL`, `E_CHECKPOINT`, `E_BUSY`; the checkpoint before is then still the latest
   */
  save(step: number, state: TrainState): Promise<string>;
  /**
   * Puts the latest whole checkpoint into the state and gives its step; `undefined` where the run has none.
   * A damaged one is passed over with a warning.
   * @throws TintypeError `E_CHECKPOINT` where every one is damaged, `E_CHECKPOINT_MISMATCH` where it is of another
   *   model (the state is unchanged), `E_VERSION` where a newer version made it
   */
  restoreLatest(state: TrainState): Promise<number | undefined>;
}

/** The checkpoints of one run. The process that saves should hold the run's lock: leftovers are swept at the start. */
export function createCheckpoints(storage: Storage, options: CheckpointOptions = {}): Checkpoints {
  const store = createCheckpointStore(storage, options);
  let swept: Promise<void> | undefined;

  /** What a killed process left behind goes before anything new comes. */
  async function readyStore(): Promise<CheckpointStore> {
    swept ??= store.sweep();
    await swept;
    return store;
  }

  return {
    async save(step, state) {
      const files = await stateToFiles(state, step);
      return (await readyStore()).save(files);
    },
    async restoreLatest(state) {
      const files = await (await readyStore()).readLatest();
      if (files === undefined) return undefined;
      restoreFromFiles(state, files);
      return files.step;
    },
  };
}

/** A checkpoint without a training: for showing it, and for sampling from its weights with `loadWeights`. */
export interface ReadCheckpoint {
  readonly step: number;
  readonly values: { readonly [key: string]: JsonValue };
  /** By file (`model`, `ema`, `optimizer` …), in the layouts of the disk. */
  readonly tensors: ReadonlyMap<string, ReadonlyMap<string, SafetensorsEntry>>;
}

/**
 * Reads the latest whole checkpoint, or the one of a step, and changes nothing in the storage.
 * @throws TintypeError `E_NO_RUN` where there is none, `E_CHECKPOINT`, `E_VERSION`
 */
export async function readCheckpoint(
  storage: Storage,
  step?: number,
  options: Pick<CheckpointOptions, 'onWarning'> = {},
): Promise<ReadCheckpoint> {
  const store = createCheckpointStore(storage, options);
  const latest = step === undefined ? await store.readLatest() : undefined;
  const { files, ...rest }: CheckpointFiles = latest ?? (await store.read(step ?? 0));
  const tensors = [...files].map(
    ([name, bytes]) => [name.replace(/\.safetensors$/, ''), decodeSafetensors(bytes, name)] as const,
  );
  return { ...rest, tensors: new Map(tensors) };
}
