import type { tf } from '../../tf.ts';
import type { KernelEntry } from '../kernel-entry.ts';
import { defineWasmKernel, transposed, type WasmCall } from '../wasm-backend.ts';
import { assertOneSidedBroadcast } from './broadcast.ts';

interface Inputs {
  a: tf.TensorInfo;
  b: tf.TensorInfo;
  bias?: tf.TensorInfo;
  preluActivationWeights?: tf.TensorInfo;
}

interface Attributes {
  transposeA: boolean;
  transposeB: boolean;
}

// tfjs's wasm product with a transposed operand runs in a plain loop, 15 to 30 times slower than the library
// routine it takes without. Transposing first costs far less.

export const matMulWasmKernels: readonly KernelEntry[] = ['BatchMatMul', '_FusedMatMul'].map((kernelName) =>
  defineWasmKernel<Inputs, Attributes>(kernelName, transposeFirst),
);

function transposeFirst(
  { inputs, attrs, backend }: WasmCall<Inputs, Attributes>,
  stock: (call: WasmCall<Inputs, Attributes>) => tf.TensorInfo,
): tf.TensorInfo {
  assertOneSidedBroadcast(inputs);
  const { transposeA, transposeB } = attrs;
  if (!transposeA && !transposeB) return stock({ inputs, attrs, backend });
  const a = transposeA ? transposed(backend, inputs.a, swapLastTwo(inputs.a.shape)) : inputs.a;
  const b = transposeB ? transposed(backend, inputs.b, swapLastTwo(inputs.b.shape)) : inputs.b;
  const plain = { ...attrs, transposeA: false, transposeB: false };
  const product = stock({ inputs: { ...inputs, a, b }, attrs: plain, backend });
  if (transposeA) backend.disposeData(a.dataId);
  if (transposeB) backend.disposeData(b.dataId);
  return product;
}

function swapLastTwo({ length: rank }: number[]): number[] {
  return Array.from({ length: rank }, (_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
}
