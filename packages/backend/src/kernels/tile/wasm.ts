import { currentEngine } from '../../engine/current-engine.ts';
import { tf } from '../../tf.ts';
import { copyStrided } from '../strided-copy/copy-strided.ts';
import {
  copyFloats,
  defineWasmKernel,
  floatHeap,
  heapStart,
  pointerTo,
  type WasmBackend,
  withShape,
} from '../wasm-backend.ts';

/** tf.tile, and with it tf.broadcastTo, by block copies; tfjs computes each position by itself, 50 times slower. */
export const tileWasm = defineWasmKernel<{ x: tf.TensorInfo }, { reps: number[] }>(
  'Tile',
  ({ inputs: { x }, attrs, backend }, stock) => {
    if (x.dtype !== 'float32') return stock({ inputs: { x }, attrs, backend });
    let current: tf.TensorInfo | undefined;
    for (let axis = x.shape.length - 1; axis >= 0; axis--) {
      if (attrs.reps[axis] === 1) continue;
      const next = repeatAxis(backend, current ?? x, axis, attrs.reps[axis]!);
      if (current) backend.disposeData(current.dataId);
      current = next;
    }
    if (current) return current;
    backend.incRef(x.dataId);
    return withShape(x, x.shape);
  },
);

function repeatAxis(
  backend: WasmBackend,
  x: tf.TensorInfo,
  axis: number,
  repetitions: number,
): tf.TensorInfo {
  const shape = x.shape.map((length, i) => (i === axis ? length * repetitions : length));
  const output = backend.makeOutput(shape, 'float32');
  const rows = tf.util.sizeFromShape(x.shape.slice(0, axis));
  const length = tf.util.sizeFromShape(x.shape.slice(axis));
  const engine = currentEngine();
  if (engine !== undefined) {
    copyStrided(engine, pointerTo(backend, x), pointerTo(backend, output), [
      { length: rows, fromStride: length, toStride: length * repetitions },
      { length: repetitions, fromStride: 0, toStride: length },
      { length, fromStride: 1, toStride: 1 },
    ]);
    return output;
  }
  const heap = floatHeap(backend);
  let from = heapStart(backend, x);
  let to = heapStart(backend, output);
  for (let row = 0; row < rows; row++, from += length, to += length * repetitions) {
    repeatRun(heap, from, to, length, repetitions);
  }
  return output;
}

function repeatRun(heap: Float32Array, from: number, to: number, length: number, repetitions: number): void {
  if (length === 1) {
    const value = heap[from]!;
    for (let i = 0; i < repetitions; i++) heap[to + i] = value;
    return;
  }
  for (let i = 0; i < repetitions; i++) copyFloats(heap, from, to + i * length, length);
}
