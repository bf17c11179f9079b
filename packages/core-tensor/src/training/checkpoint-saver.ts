import { TintypeError } from '@tintype/backend';
import { withTimeLimit } from './time-limit.ts';
import type { TrainEvent } from './train-event.ts';
import type { TrainLoopSettings } from './train-loop-options.ts';
import type { TrainState } from './train-state.ts';

const longestDelayMs = 60_000;
/** Tries for the last checkpoint, without which the training would be lost. */
const lastTries = 4;

/** Saves checkpoints, and where the disk is full tries again, later and later. */
export interface CheckpointSaver {
  /** Whether a save that failed is due again. */
  isRetryDue(): boolean;
  /**
   * The checkpoint saved, or a verdict `checkpoint-failed` where the disk is full and the training may go on. The last one
   * waits between its tries. Throws what the sink throws; `E_DISK_FULL` by option, and where the last one cannot be saved.
   */
  save(step: number, isLast: boolean): Promise<TrainEvent>;
}

export function createCheckpointSaver(
  state: TrainState,
  { checkpoints, callbackTimeoutMs, onSaveFailure, saveRetryMs, signal }: TrainLoopSettings,
): CheckpointSaver {
  let failures = 0;
  let retryAt = Number.POSITIVE_INFINITY;

  const delayMs = () => Math.min(longestDelayMs, saveRetryMs * 2 ** (failures - 1));
  const trySave = async (step: number): Promise<TrainEvent | TintypeError> => {
    try {
      const path = await withTimeLimit('save', callbackTimeoutMs, () => checkpoints!.save(step, state));
      failures = 0;
      retryAt = Number.POSITIVE_INFINITY;
      return { type: 'checkpoint', step, path };
    } catch (error) {
      const isFull = error instanceof TintypeError && error.code === 'E_DISK_FULL';
      if (!isFull || onSaveFailure === 'stop') throw error;
      failures += 1;
      retryAt = performance.now() + delayMs();
      return error;
    }
  };

  return {
    isRetryDue: () => performance.now() >= retryAt,
    async save(step, isLast) {
      let result = await trySave(step);
      // Whoever interrupts a training does not wait for a disk to be emptied.
      const tries = isLast ? (signal?.aborted ? 2 : lastTries) : 1;
      for (let i = 1; i < tries && result instanceof TintypeError; i++) {
        await new Promise((resolve) => setTimeout(resolve, delayMs()));
        result = await trySave(step);
      }
      if (!(result instanceof TintypeError)) return result;
      if (isLast) throw result;
      return failed(step, failures, delayMs(), result);
    },
  };
}

function failed(step: number, failures: number, delayMs: number, error: TintypeError): TrainEvent {
  return {
    type: 'verdict',
    step,
    verdict: 'checkpoint-failed',
    evidence: { step, failures, retryInMs: delayMs },
    advice: `${error.message} The training goes on and tries again.`,
  };
}
