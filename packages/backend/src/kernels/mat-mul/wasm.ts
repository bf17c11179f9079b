import type { tf } from '../../tf.ts';
import { applyActivation, type FusedActivation, isSimpleActivation } from '../fused-activation.ts';
import type { KernelEntry } from '../kernel-entry.ts';
import { defineWasmKernel, transposed, type WasmCall } from '../wasm-backend.ts';
import { assertOneSidedBroadcast } from './broadcast.ts';
import { engineMatMul } from './engine-mat-mul.ts';

interface Inputs {
  a: tf.TensorInfo;
  b: tf.TensorInfo;
  bias?: tf.TensorInfo;
  preluActivationWeights?: tf.TensorInfo;
}

interface Attributes extends FusedActivation {
  transposeA: boolean;
  transposeB: boolean;
}

type Stock = (call: WasmCall<Inputs, Attributes>) => tf.TensorInfo;

/** The engine's product; where that cannot run, tfjs's on transposed operands. */
export const matMulWasmKernels: readonly KernelEntry[] = ['BatchMatMul', '_FusedMatMul'].map((kernelName) =>
  defineWasmKernel<Inputs, Attributes>(kernelName, (call, stock) => {
    assertOneSidedBroadcast(call.inputs);
    return onEngine(call) ?? transposeFirst(call, stock);
  }),
);

function onEngine({ inputs, attrs, backend }: WasmCall<Inputs, Attributes>): tf.TensorInfo | undefined {
  const { a, b, bias } = inputs;
  if (!isSimpleActivation(attrs)) return undefined;
  const columns = b.shape.at(attrs.transposeB ? -2 : -1);
  if (bias !== undefined && !(bias.shape.length === 1 && bias.shape[0] === columns)) return undefined;
  const product = engineMatMul(backend, { a, b, bias }, attrs);
  return product && applyActivation(backend, product, attrs);
}

/**
 * tfjs's wasm product with a transposed operand runs in a plain loop, 15 to 30 times slower than the library routine
 * it takes without. Transposing first costs far less.
 */
function transposeFirst(
  { inputs, attrs, backend }: WasmCall<Inputs, Attributes>,
  stock: Stock,
): tf.TensorInfo {
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
