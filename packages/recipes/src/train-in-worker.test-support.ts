import { closeBackend, selectBackend, tf, trainLoop } from '@tintype/core-tensor';
import { createSmallSystem, smallSystems } from './small-systems.test-support.ts';

export interface WorkerRequest {
  readonly recipe: string;
  readonly backend: 'wasm' | 'webgpu';
  readonly steps: number;
}

export interface WorkerReport {
  /** Losses of every step, by name. */
  readonly losses?: readonly Readonly<Record<string, number>>[];
  /** Tensors left after everything was disposed. */
  readonly leaked?: number;
  readonly error?: string;
}

/** Runs in a Web Worker: the same recipes, loop and engine as in Node. */
async function train({ recipe, backend, steps }: WorkerRequest): Promise<WorkerReport> {
  await selectBackend({ backend, allowSoftwareAdapter: true });
  const before = tf.memory().numTensors;
  const { trainStep, batches, rng, dispose } = await createSmallSystem(smallSystems[recipe]!);
  const losses: Readonly<Record<string, number>>[] = [];
  for await (const event of trainLoop(trainStep, batches, { steps, rng, logEvery: 1 })) {
    if (event.type === 'metrics') losses.push(event.values);
  }
  dispose();
  const leaked = tf.memory().numTensors - before;
  await closeBackend();
  return { losses, leaked };
}

self.addEventListener('message', ({ data }: MessageEvent<WorkerRequest>) => {
  train(data)
    .catch((error): WorkerReport => ({ error: String(error) }))
    .then((report) => self.postMessage(report));
});
