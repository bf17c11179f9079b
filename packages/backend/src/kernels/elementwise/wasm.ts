import { currentEngine } from '../../engine/current-engine.ts';
import type { Engine } from '../../engine/engine.ts';
import type { tf } from '../../tf.ts';
import type { KernelEntry } from '../kernel-entry.ts';
import { defineWasmKernel, pointerTo, type WasmBackend } from '../wasm-backend.ts';
import { type BroadcastPlan, broadcastPlan } from './broadcast-plan.ts';

// tfjs's kernels of two operands run in one thread and copy both shapes into the heap at each call.

const engineKernels: Readonly<Record<string, string>> = {
  Add: 'binaryAdd',
  Maximum: 'binaryMaximum',
  Minimum: 'binaryMinimum',
  Multiply: 'binaryMultiply',
  RealDiv: 'binaryDivide',
  SquaredDifference: 'binarySquaredDifference',
  Sub: 'binarySubtract',
};

interface Operands {
  a: tf.TensorInfo;
  b: tf.TensorInfo;
}

/** Rows longer than this are shared between threads in parts of it. */
const chunkLength = 4096;
/** Values that one thread takes at a time. */
const valuesAtOnce = 16_384;
/** Below, a row is hardly worth its bookkeeping. */
const shortRow = 4;

export const elementwiseKernels: readonly KernelEntry[] = Object.entries(engineKernels).map(
  ([name, kernel]) =>
    defineWasmKernel<Operands, object>(name, (call, stock) => {
      const { a, b } = call.inputs;
      const engine = currentEngine();
      if (engine === undefined || a.dtype !== 'float32' || b.dtype !== 'float32') return stock(call);
      const plan = broadcastPlan(a.shape, b.shape);
      if (plan === undefined || (plan.inner < shortRow && plan.rows * plan.runs > shortRow))
        return stock(call);
      return runBinary(engine, call.backend, kernel, call.inputs, plan);
    }),
);

function runBinary(
  engine: Engine,
  backend: WasmBackend,
  kernel: string,
  { a, b }: Operands,
  { shape, inner, aInner, bInner, axes, rows, runs }: BroadcastPlan,
): tf.TensorInfo {
  const output = backend.makeOutput(shape, 'float32');
  const chunks = Math.max(1, Math.ceil(inner / chunkLength));
  const pointers = [a, b, output].map((tensor) => pointerTo(backend, tensor));
  engine.run(kernel, {
    ints: [...pointers, inner, aInner, bInner, chunks, chunkLength, ...axes],
    items: inner === 0 ? 0 : rows * chunks,
    grain: Math.ceil(valuesAtOnce / Math.max(1, runs * Math.min(chunkLength, inner))),
  });
  return output;
}
