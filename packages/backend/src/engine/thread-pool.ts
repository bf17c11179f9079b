import { TintypeError } from '../errors/tintype-error.ts';
import { controlBytes, failureStart, failureWord } from './control-words.ts';
import { createJobBoard, type SharedJob } from './job-board.ts';
import type { Kernel } from './kernel.ts';
import { type PoolWorker, startWorker } from './start-worker.ts';
import { waitForWorkers } from './wait-for-workers.ts';

/** Workers that take chunks of jobs beside the main thread. */
export interface ThreadPool {
  /** The main thread among them; 1 after a worker was lost. */
  readonly threads: number;
  /** Runs a job to its end on all threads. Throws E_THREAD_LOST when a worker fails in it. */
  run(job: SharedJob, kernel: Kernel, scratch: number): void;
  /** Ends the workers beyond the first `threads − 1`. */
  shrinkTo(threads: number): Promise<void>;
}

export interface ThreadPoolOptions {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Scratch memory of each worker: as many workers are started. */
  readonly scratches: readonly number[];
  readonly assetBaseUrl?: string;
  /** A worker ended that nobody ended: one thread goes on. */
  onLost(reason: string): void;
}

/** Starts the workers; when one cannot start, all are ended and the reason is thrown. */
export async function createThreadPool(options: ThreadPoolOptions): Promise<ThreadPool> {
  const { module, memory, scratches, assetBaseUrl, onLost } = options;
  const control = new Int32Array(new SharedArrayBuffer(controlBytes));
  const board = createJobBoard(control);
  let workers: readonly PoolWorker[] = [];

  function lose(reason: string): void {
    if (workers.length === 0) return;
    void shrinkTo(1);
    onLost(reason);
  }

  async function shrinkTo(threads: number): Promise<void> {
    const ended = workers.slice(threads - 1);
    workers = workers.slice(0, threads - 1);
    await Promise.all(ended.map((worker) => worker.terminate()));
  }

  function waitFor(chunks: number): void {
    const loss = waitForWorkers(control, workers, chunks);
    if (loss !== undefined) {
      lose(loss);
      throw threadLost('a worker thread was lost in the middle of its work', loss);
    }
    const failureLength = Atomics.exchange(control, failureWord, 0);
    if (failureLength === 0) return;
    const message = control.subarray(failureStart, failureStart + failureLength);
    throw threadLost('a kernel failed on a worker thread', String.fromCharCode(...message));
  }

  const starting = scratches.map((scratch) =>
    startWorker({ module, memory, control, scratch }, lose, assetBaseUrl),
  );
  const settled = await Promise.allSettled(starting);
  workers = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const failed = settled.find((each) => each.status === 'rejected');
  if (failed !== undefined) {
    await shrinkTo(1);
    throw failed.reason;
  }

  return {
    get threads() {
      return workers.length + 1;
    },
    run: (job, kernel, scratch) => board.run(job, kernel, scratch, waitFor),
    shrinkTo,
  };
}

function threadLost(what: string, got: string): TintypeError {
  return new TintypeError('E_THREAD_LOST', {
    where: 'wasm engine',
    what,
    got,
    remedy: 'Restore the last checkpoint; selectBackend({ threads: 1 }) does without workers',
  });
}
