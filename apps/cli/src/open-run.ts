import {
  type Checkpoints,
  createCheckpoints,
  createRunFolder,
  type RunFolder,
  type Storage,
} from '@tintype/core-tensor';
import { acquireRunLock, createFileStorage } from '@tintype/core-tensor/node';
import type { Terminal } from './terminal.ts';

export interface OpenRun {
  readonly storage: Storage;
  readonly folder: RunFolder;
  readonly checkpoints: Checkpoints;
}

/** Checkpoints kept in a run. */
const keptCheckpoints = 2;

/** Works on a run folder that no other process may write to meanwhile. Throws `E_RUN_LOCKED`. */
export async function withRun<T>(
  run: string,
  terminal: Terminal,
  work: (open: OpenRun) => Promise<T>,
): Promise<T> {
  const lock = await acquireRunLock(run);
  try {
    const storage = createFileStorage(run);
    const onWarning = (message: string) => terminal.note(`${message}\n`);
    const checkpoints = createCheckpoints(storage, { keep: keptCheckpoints, onWarning });
    return await work({ storage, folder: createRunFolder(storage), checkpoints });
  } finally {
    await lock.release();
  }
}
