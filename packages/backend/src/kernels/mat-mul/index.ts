import type { tf } from '../../tf.ts';
import { defineKernel, type KernelEntry } from '../kernel-entry.ts';
import { assertOneSidedBroadcast } from './broadcast.ts';
import { matMulWasmKernels } from './wasm.ts';

/** tfjs's own products on cpu and WebGPU, behind a check; its fused product refuses by itself. */
const checkedKernels = (['cpu', 'webgpu'] as const).map((backendName) =>
  defineKernel<{ a: tf.TensorInfo; b: tf.TensorInfo }, object, object>({
    kernelName: 'BatchMatMul',
    backendName,
    run: (call, stock) => {
      assertOneSidedBroadcast(call.inputs);
      return stock(call);
    },
  }),
);

export const matMulKernels: readonly KernelEntry[] = [...checkedKernels, ...matMulWasmKernels];
