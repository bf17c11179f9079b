import type { tf } from '../tf.ts';
import { fillBits, fillNormals, fillUniforms, type RandomDraw } from './fill.ts';
import { type RandomKernel, randomKernels } from './kernel-names.ts';

type Values = Float32Array | Int32Array;

/** Gives the rows of a draw to `fill` and makes a tensor of them, wherever the backend keeps its memory. */
type Allocate = (
  backend: unknown,
  shape: [number, number],
  dtype: 'float32' | 'int32',
  fill: (values: Values) => void,
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

interface WasmBackend {
  makeOutput(shape: number[], dtype: string): tf.TensorInfo;
  typedArrayFromHeap(info: tf.TensorInfo): Values;
}

/** cpu: a typed array of its own. */
export const allocateOnCpu: Allocate = (backend, shape, dtype, fill) => {
  const size = shape[0] * shape[1];
  const values = dtype === 'int32' ? new Int32Array(size) : new Float32Array(size);
  fill(values);
  return (backend as CpuBackend).makeTensorInfo(shape, dtype, values);
};

/** wasm: JavaScript writes into the heap, so that nothing is copied. */
export const allocateOnWasm: Allocate = (backend, shape, dtype, fill) => {
  const wasm = backend as WasmBackend;
  const info = wasm.makeOutput(shape, dtype);
  if (shape[0] * shape[1] > 0) fill(wasm.typedArrayFromHeap(info));
  return info;
};

/** The three kernels of a backend that computes on the host. */
export function hostKernels(backendName: 'cpu' | 'wasm', allocate: Allocate): tf.KernelConfig[] {
  return Object.values(randomKernels).map((kernelName) => {
    const { dtype, fill } = fills[kernelName];
    const kernelFunc: tf.KernelFunc = ({ backend, attrs }) => {
      const draw = attrs as unknown as RandomDraw;
      return allocate(backend, [draw.keys.length / 2, draw.count], dtype, (values) => fill(values, draw));
    };
    return { kernelName, backendName, kernelFunc };
  });
}
