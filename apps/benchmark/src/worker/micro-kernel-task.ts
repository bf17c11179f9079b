import { probeMicroKernel } from '@tintype/backend';
import { operationsOf } from '../workloads/workload.ts';
import type { Task } from './task.ts';

/** Our own inner loops, which no other contestant has. */
export function createMicroKernelTask(): Task {
  const measure = (now: () => number): number => {
    const rate = probeMicroKernel(now);
    if (rate === undefined) throw new Error('there is no micro-kernel without our kernels');
    return operationsOf({ kind: 'microKernel' })! / rate / 1e6;
  };
  return {
    weights: async () => new Map(),
    inputs: async () => new Map(),
    check: async () => ({}),
    run: async () => void measure(() => performance.now()),
    measure,
    dispose: async () => {},
  };
}
