import type { Workload } from '../workloads/workload.ts';
import { createConvTask } from './conv-task.ts';
import { createGemmTask } from './gemm-task.ts';
import { createMicroKernelTask } from './micro-kernel-task.ts';
import { createStepTask } from './step-task.ts';
import type { Tensors } from './tensors.ts';

/** A workload made ready in this process. */
export interface Task {
  /** Trainable numbers, where there is a model. */
  readonly parameters?: number;
  /** What others need to compute the same. */
  readonly weights: () => Promise<Tensors>;
  readonly inputs: () => Promise<Tensors>;
  /** Numbers that depend on the weights and inputs alone. */
  check(): Promise<Record<string, number>>;
  /** The work that is timed, once. */
  run(): Promise<void>;
  /** Milliseconds of one call, where the task measures itself. */
  measure?(now: () => number): number;
  dispose(): Promise<void>;
}

/** Weights and inputs of another contestant; a task without them makes its own. */
export interface GivenTensors {
  readonly weights: Tensors;
  readonly inputs: Tensors;
}

export function createTask(workload: Workload, given: GivenTensors | undefined): Task {
  switch (workload.kind) {
    case 'gemm':
      return createGemmTask(workload, given);
    case 'conv':
      return createConvTask(workload, given);
    case 'microKernel':
      return createMicroKernelTask();
    case 'step':
      return createStepTask(workload, given);
  }
}
