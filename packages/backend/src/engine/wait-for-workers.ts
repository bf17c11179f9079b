import { doneWord, mainSleepsWord } from './control-words.ts';
import type { PoolWorker } from './start-worker.ts';

const spins = 20_000;
const sliceMs = 50;
const defaultStallLimitMs = 30_000;

/**
 * Waits on the main thread until workers have finished `expected` chunks. Gives why they never will: a worker that
 * ended in mid-job, in Node noticed within a slice, elsewhere after half a minute without progress.
 */
export function waitForWorkers(
  control: Int32Array,
  workers: readonly PoolWorker[],
  expected: number,
  stallLimitMs = defaultStallLimitMs,
): string | undefined {
  for (let i = 0; i < spins; i++) if (Atomics.load(control, doneWord) === expected) return undefined;
  let stalledMs = 0;
  for (;;) {
    const done = Atomics.load(control, doneWord);
    if (done === expected) return undefined;
    waitSlice(control, done);
    if (Atomics.load(control, doneWord) !== done) {
      stalledMs = 0;
      continue;
    }
    // Slices, not the clock: a process that was stopped for a while has lost nobody.
    stalledMs += sliceMs;
    if (!workers.every((worker) => worker.isAlive())) return 'its thread has ended';
    if (stalledMs >= stallLimitMs) return `no progress for ${stallLimitMs} ms`;
  }
}

/** Until the count changes, at most for a slice. The main thread of a page may not sleep: it looks at the clock. */
function waitSlice(control: Int32Array, done: number): void {
  if (maySleep()) {
    Atomics.store(control, mainSleepsWord, 1);
    Atomics.wait(control, doneWord, done, sliceMs);
    Atomics.store(control, mainSleepsWord, 0);
    return;
  }
  const end = performance.now() + sliceMs;
  while (Atomics.load(control, doneWord) === done && performance.now() < end);
}

let sleepAllowed: boolean | undefined;

function maySleep(): boolean {
  sleepAllowed ??= trySleep();
  return sleepAllowed;
}

function trySleep(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0);
    return true;
  } catch {
    return false;
  }
}
