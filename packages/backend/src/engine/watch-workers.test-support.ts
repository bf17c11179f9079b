import type { Worker } from 'node:worker_threads';
import { nodeModule } from '../device/node-modules.ts';

/** Collects the workers that are started from now until `restore`. */
export function watchWorkers(): { started: Worker[]; restore(): void } {
  const workerThreads = nodeModule('node:worker_threads')!;
  const RealWorker = workerThreads.Worker;
  const started: Worker[] = [];
  workerThreads.Worker = class extends RealWorker {
    constructor(...args: ConstructorParameters<typeof RealWorker>) {
      super(...args);
      started.push(this);
    }
  };
  const restore = (): void => {
    workerThreads.Worker = RealWorker;
  };
  return { started, restore };
}
