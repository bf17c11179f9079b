import { runKernel } from '../../gradients/engine.ts';
import { defineGradient, type GradientEntry, zeroGradient } from '../../gradients/gradient-entry.ts';
import { tf } from '../../tf.ts';
import type { KernelEntry } from '../kernel-entry.ts';
import { segmentSumCpu } from './cpu.ts';
import { segmentSumName } from './segment-sum.ts';
import { segmentSumWasm } from './wasm.ts';
import { segmentSumWebgpu } from './webgpu.ts';

/**
 * Sums the rows of `values` [rows, width] that share a segment id (int32 [rows]): [segmentCount, width].
 * The order of summation is fixed, so equal inputs give equal bits. Rows with an id outside
 * [0, segmentCount) are left out. Differentiable any number of times: its gradient is a gather.
 */
export function segmentSum(values: tf.Tensor2D, segmentIds: tf.Tensor1D, segmentCount: number): tf.Tensor2D {
  return runKernel(segmentSumName, { values, segmentIds }, { segmentCount });
}

export const segmentSumKernels: readonly KernelEntry[] = [segmentSumCpu, ...segmentSumWasm, segmentSumWebgpu];

export const segmentSumGradients: readonly GradientEntry[] = [
  defineGradient({
    kernelName: segmentSumName,
    inputsToSave: ['segmentIds'],
    gradient: (dy, [segmentIds]) => ({
      values: () => tf.gather(dy, segmentIds as tf.Tensor1D),
      segmentIds: () => zeroGradient(segmentIds!),
    }),
  }),
];
