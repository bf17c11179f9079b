import { describe, expect, test } from 'vitest';
import { smallSystems } from './small-systems.test-support.ts';
import type { WorkerReport, WorkerRequest } from './train-in-worker.test-support.ts';

const steps = 20;

// WebGPU runs on a software adapter here, so one system stands for all.
const trainings = [
  ...Object.keys(smallSystems).map((recipe) => [recipe, 'wasm'] as const),
  ['vae-mnist', 'webgpu'] as const,
];

describe('in a Web Worker', () => {
  test.each(trainings)(
    `%s trains ${steps} steps on %s, finite and without leaks`,
    async (recipe, backend) => {
      const { losses, leaked, error } = await trainInWorker({ recipe, backend, steps });
      expect(error).toBeUndefined();
      expect(losses).toHaveLength(steps);
      expect(losses!.every((each) => Object.values(each).every(Number.isFinite))).toBe(true);
      expect(losses!.at(-1)).not.toEqual(losses![0]);
      expect(leaked).toBe(0);
    },
  );
});

test('what goes wrong in the Worker is reported, so that silence is not success', async () => {
  const { error } = await trainInWorker({ recipe: 'no-such-recipe', backend: 'wasm', steps });
  expect(error).toMatch(/undefined/);
});

function trainInWorker(request: WorkerRequest): Promise<WorkerReport> {
  const worker = new Worker(new URL('./train-in-worker.test-support.ts', import.meta.url), {
    type: 'module',
  });
  return new Promise<WorkerReport>((resolve, reject) => {
    worker.addEventListener('message', ({ data }) => resolve(data));
    worker.addEventListener('error', (event) => reject(new Error(event.message)));
    worker.postMessage(request);
  }).finally(() => worker.terminate());
}
