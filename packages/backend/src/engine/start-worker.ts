import { nodeWorkerUrl, startPageWorker } from '../asset-urls.ts';
import { nodeModule } from '../device/node-modules.ts';
import { withTimeLimit } from '../device/time-limit.ts';
import type { WorkerReply, WorkerSetup } from './worker-setup.ts';

/** A thread that serves jobs. */
export interface PoolWorker {
  /** Whether the thread still runs, asked without returning to the event loop. Pages cannot tell: always true there. */
  isAlive(): boolean;
  terminate(): Promise<void>;
}

const startLimitMs = 10_000;

/**
 * Starts a worker and waits until its kernels stand. `onEnd` hears of an end that nobody asked for.
 * In Node the worker does not keep the process alive.
 */
export function startWorker(
  setup: WorkerSetup,
  onEnd: (reason: string) => void,
  assetBaseUrl?: string,
): Promise<PoolWorker> {
  const threads = nodeModule('node:worker_threads');
  return threads === undefined
    ? startInPage(setup, onEnd, assetBaseUrl)
    : startInNode(threads, setup, onEnd, assetBaseUrl);
}

async function startInNode(
  threads: typeof import('node:worker_threads'),
  setup: WorkerSetup,
  onEnd: (reason: string) => void,
  assetBaseUrl?: string,
): Promise<PoolWorker> {
  let isWanted = true;
  // The process's own loaders and flags are not for this script.
  const worker = new threads.Worker(nodeWorkerUrl(assetBaseUrl), { execArgv: [], env: threads.SHARE_ENV });
  try {
    const answer = new Promise<void>((resolve, reject) => {
      worker.once('message', (reply: WorkerReply) => settle(reply, resolve, reject));
      worker.once('error', reject);
      worker.once('exit', (code) => reject(new Error(`it ended with exit code ${code}`)));
      worker.postMessage(setup);
    });
    await withTimeLimit(answer, startLimitMs, 'starting a worker thread');
  } catch (error) {
    await worker.terminate();
    throw error;
  }
  worker.on('error', (error) => isWanted && onEnd(String(error)));
  worker.on('exit', (code) => isWanted && onEnd(`exit code ${code}`));
  worker.unref();
  return {
    isAlive: () => hasLoop(worker),
    async terminate() {
      isWanted = false;
      await worker.terminate();
    },
  };
}

/**
 * The one trace of a worker's end before its event arrives: its event loop has been idle for −1 ms, or for no time
 * at all while it was not busy either.
 */
function hasLoop({ performance }: import('node:worker_threads').Worker): boolean {
  const { idle, active } = performance.eventLoopUtilization();
  return idle >= 0 && idle + active > 0;
}

async function startInPage(
  setup: WorkerSetup,
  onEnd: (reason: string) => void,
  assetBaseUrl?: string,
): Promise<PoolWorker> {
  const worker = startPageWorker(assetBaseUrl);
  try {
    const answer = new Promise<void>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<WorkerReply>) => settle(data, resolve, reject);
      worker.onerror = ({ message }) => reject(new Error(message || 'its script did not load'));
      worker.postMessage(setup);
    });
    await withTimeLimit(answer, startLimitMs, 'starting a worker thread');
  } catch (error) {
    worker.terminate();
    throw error;
  }
  worker.onerror = ({ message }) => onEnd(message);
  return { isAlive: () => true, terminate: async () => worker.terminate() };
}

function settle({ failure }: WorkerReply, resolve: () => void, reject: (error: Error) => void): void {
  if (failure === undefined) resolve();
  else reject(new Error(failure));
}
