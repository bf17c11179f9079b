import { tf } from '@tintype/core-tensor';
import type { GemmWorkload } from '../workloads/workload.ts';
import { createKernelTask } from './kernel-task.ts';
import type { GivenTensors, Task } from './task.ts';

export function createGemmTask(workload: GemmWorkload, given: GivenTensors | undefined): Task {
  const { m, n, k, transposeA, transposeB } = workload;
  const shapes = { a: transposeA ? [k, m] : [m, k], b: transposeB ? [n, k] : [k, n] };
  return createKernelTask(shapes, given, ({ a, b }) => tf.matMul(a!, b!, transposeA, transposeB));
}
