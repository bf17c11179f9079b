import { currentEngine } from '../engine/current-engine.ts';
import { pointerTo, type WasmBackend } from '../kernels/wasm-backend.ts';
import type { tf } from '../tf.ts';
import { drawOnEngine } from './draw-on-engine.ts';
import { fillBits, fillNormals, fillUniforms, type RandomDraw } from './fill.ts';
import { type RandomKernel, randomKernels } from './kernel-names.ts';

type Values = Float32Array | Int32Array;

/** Makes a tensor [rows, count] of a draw, wherever the backend keeps its memory. */
type Allocate = (
  backend: unknown,
  shape: [number, number],
  kernelName: RandomKernel,
  draw: RandomDraw,
) => tf.TensorInfo;

const fills: Record<
  RandomKernel,
  { dtype: 'float32' | 'int32'; fill: (values: Values, draw: RandomDraw) => void }
> = {
  [randomKernels.bits]: { dtype: 'int32', fill: (values, draw) => fillBits(values as Int32Array, draw) },
  [randomKernels.uniform]: {
    dtype: 'float32',
    fill: (values, draw) => fillUniforms(values as Float32Array, draw),
  },
  [randomKernels.normal]: {
    dtype: 'float32',
    fill: (values, draw) => fillNormals(values as Float32Array, draw),
  },
};

interface CpuBackend {
  makeTensorInfo(shape: number[], dtype: string, values: Values): tf.TensorInfo;
}

/** cpu: a typed array of its own. */
export const allocateOnCpu: Allocate = (backend, shape, kernelName, draw) => {
  const { dtype, fill } = fills[kernelName];
  const size = shape[0] * shape[1];
  const values = dtype === 'int32' ? new Int32Array(size) : new Float32Array(size);
  fill(values, draw);
  return (backend as CpuBackend).makeTensorInfo(shape, dtype, values);
};

/** wasm: by the engine, or else JavaScript writes into the heap, so that nothing is copied. */
export const allocateOnWasm: Allocate = (anyBackend, shape, kernelName, draw) => {
  const backend = anyBackend as WasmBackend;
  const { dtype, fill } = fills[kernelName];
  const info = backend.makeOutput(shape, dtype);
  const engine = currentEngine();
  if (engine !== undefined) drawOnEngine(engine, backend, kernelName, pointerTo(backend, info), draw);
  else if (shape[0] * shape[1] > 0) fill(backend.typedArrayFromHeap(info) as Values, draw);
  return info;
};

/** The three kernels of a backend that computes on the host. */
export function hostKernels(backendName: 'cpu' | 'wasm', allocate: Allocate): tf.KernelConfig[] {
  return Object.values(randomKernels).map((kernelName) => {
    const kernelFunc: tf.KernelFunc = ({ backend, attrs }) => {
      const draw = attrs as unknown as RandomDraw;
      return allocate(backend, [draw.keys.length / 2, draw.count], kernelName, draw);
    };
    return { kernelName, backendName, kernelFunc };
  });
}
