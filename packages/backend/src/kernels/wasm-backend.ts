import { tf } from '../tf.ts';
import { defineKernel, type KernelCall, type KernelEntry } from './kernel-entry.ts';

/** The private parts of tfjs's wasm backend that our kernels rely on. The self-test checks each of them. */
export interface WasmBackend {
  wasm: {
    HEAPU8: Uint8Array;
    asm: { memory: WebAssembly.Memory };
    tfjs: {
      disposeData(id: number): void;
      registerTensor(id: number, size: number, memoryOffset: number): void;
    };
  };
  dataIdMap: {
    get(dataId: object): { id: number; memoryOffset: number; refCount: number };
    delete(dataId: object): boolean;
  };
  makeOutput(shape: number[], dtype: tf.DataType, memoryOffset?: number): tf.TensorInfo;
  typedArrayFromHeap(tensor: tf.TensorInfo): Float32Array | Int32Array | Uint8Array;
  disposeData(dataId: object): boolean;
  incRef(dataId: object): void;
}

export type WasmCall<Inputs, Attributes> = KernelCall<Inputs, Attributes, WasmBackend>;

export function defineWasmKernel<Inputs, Attributes>(
  kernelName: string,
  run: (
    call: WasmCall<Inputs, Attributes>,
    stock: (call: WasmCall<Inputs, Attributes>) => tf.TensorInfo,
  ) => tf.TensorInfo | tf.TensorInfo[],
): KernelEntry {
  return defineKernel<Inputs, Attributes, WasmBackend>({ kernelName, backendName: 'wasm', run });
}

/**
 * The values of a float32 tensor, in place. Any allocation may grow the wasm memory and detach the view, so
 * allocate everything first and take views last.
 */
export function floats(backend: WasmBackend, tensor: tf.TensorInfo): Float32Array {
  return backend.typedArrayFromHeap(tensor) as Float32Array;
}

/** The whole heap, and where in it a tensor begins (both in float32 words). Detached by growth like `floats`. */
export function floatHeap(backend: WasmBackend): Float32Array {
  return new Float32Array(backend.wasm.HEAPU8.buffer);
}

/** Where a tensor's values are, in bytes, as our kernels take it. */
export function pointerTo(backend: WasmBackend, tensor: tf.TensorInfo): number {
  return backend.dataIdMap.get(tensor.dataId).memoryOffset;
}

export function heapStart(backend: WasmBackend, tensor: tf.TensorInfo): number {
  return backend.dataIdMap.get(tensor.dataId).memoryOffset / Float32Array.BYTES_PER_ELEMENT;
}

/** Runs another kernel from inside a kernel. The caller disposes the result's data when done with it. */
export function callWasmKernel(
  backend: WasmBackend,
  kernelName: string,
  inputs: Record<string, tf.TensorInfo>,
  attributes: object,
): tf.TensorInfo {
  const { kernelFunc } = tf.getKernel(kernelName, 'wasm');
  return kernelFunc({ inputs, attrs: attributes as tf.NamedAttrMap, backend }) as tf.TensorInfo;
}

/**
 * A tensor over part of another's memory, beginning at a float32 word of the heap. It owns nothing: give it back
 * with `releaseView`, never with `disposeData`, which would free the memory.
 */
export function viewOf(backend: WasmBackend, shape: number[], start: number): tf.TensorInfo {
  return backend.makeOutput(shape, 'float32', start * Float32Array.BYTES_PER_ELEMENT);
}

export function releaseView(backend: WasmBackend, view: tf.TensorInfo): void {
  backend.wasm.tfjs.disposeData(backend.dataIdMap.get(view.dataId).id);
  backend.dataIdMap.delete(view.dataId);
}

/** The same values under another shape; nothing is copied and no reference is counted. */
export function withShape(tensor: tf.TensorInfo, shape: number[]): tf.TensorInfo {
  return { dataId: tensor.dataId, dtype: tensor.dtype, shape };
}

export function transposed(backend: WasmBackend, x: tf.TensorInfo, permutation: number[]): tf.TensorInfo {
  return callWasmKernel(backend, 'Transpose', { x }, { perm: permutation });
}

export function matMul(backend: WasmBackend, a: tf.TensorInfo, b: tf.TensorInfo): tf.TensorInfo {
  return callWasmKernel(backend, 'BatchMatMul', { a, b }, { transposeA: false, transposeB: false });
}

interface Rows {
  start: number;
  stride: number;
}

/** Copies `count` rows of `length` floats within the heap; positions are in float32 words. */
export function copyRows(heap: Float32Array, from: Rows, to: Rows, count: number, length: number): void {
  for (let row = 0; row < count; row++)
    copyFloats(heap, from.start + row * from.stride, to.start + row * to.stride, length);
}

export function copyFloats(heap: Float32Array, from: number, to: number, length: number): void {
  if (length >= blockCopyLength) heap.copyWithin(to, from, from + length);
  else for (let i = 0; i < length; i++) heap[to + i] = heap[from + i]!;
}

/** From this length on, the engine's memory move beats a loop in JavaScript, its call included. */
const blockCopyLength = 24;
