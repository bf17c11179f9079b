import type { Workload } from '../workloads/workload.ts';
import { createConvTask } from './conv-task.ts';
import { createGemmTask } from './gemm-task.ts';
import { createMicroKernelTask } from './micro-kernel-task.ts';
import { createSampleTask } from './sample-task.ts';
import { createStepTask } from './step-task.ts';
import type { GivenTensors, Task } from './task.ts';

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
    case 'sample':
      return createSampleTask(workload, given);
  }
}
