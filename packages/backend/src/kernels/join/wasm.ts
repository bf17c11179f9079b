import { currentEngine } from '../../engine/current-engine.ts';
import { tf } from '../../tf.ts';
import type { KernelEntry } from '../kernel-entry.ts';
import { copyStrided } from '../strided-copy/copy-strided.ts';
import { copyRows, defineWasmKernel, floatHeap, heapStart, type WasmBackend } from '../wasm-backend.ts';

// tfjs's Slice copies its whole input out of the heap first, Split slices once per part, and both it and Concat
// make two views per row. These three move rows inside the heap, by the engine where there is one.

interface SliceAttributes {
  begin: number | number[];
  size: number | number[];
}

export const joinKernels: readonly KernelEntry[] = [
  defineWasmKernel<tf.TensorInfo[], { axis: number }>('Concat', ({ inputs, attrs, backend }, stock) => {
    const isPlain = inputs.every(
      ({ dtype, shape }) => dtype === 'float32' && tf.util.sizeFromShape(shape) > 0,
    );
    if (!isPlain || inputs.length === 1) return stock({ inputs, attrs, backend });
    return concat(backend, inputs, tf.util.parseAxisParam(attrs.axis, inputs[0]!.shape)[0]!);
  }),
  defineWasmKernel<{ x: tf.TensorInfo }, { numOrSizeSplits: number | number[]; axis: number }>(
    'SplitV',
    ({ inputs: { x }, attrs, backend }, stock) => {
      if (x.dtype !== 'float32') return stock({ inputs: { x }, attrs, backend });
      const axis = tf.util.parseAxisParam(attrs.axis, x.shape)[0]!;
      const sizes = tf.backend_util.prepareSplitSize(x as tf.Tensor, attrs.numOrSizeSplits, axis);
      let start = 0;
      return sizes.map((size) => {
        start += size;
        return sliceAxis(backend, x, axis, start - size, size);
      });
    },
  ),
  defineWasmKernel<{ x: tf.TensorInfo }, SliceAttributes>(
    'Slice',
    ({ inputs: { x }, attrs, backend }, stock) => {
      if (x.dtype !== 'float32') return stock({ inputs: { x }, attrs, backend });
      const [begin, size] = tf.slice_util.parseSliceParams(x, attrs.begin, attrs.size);
      return slice(backend, x, begin!, size!);
    },
  ),
];

function concat(backend: WasmBackend, inputs: tf.TensorInfo[], axis: number): tf.TensorInfo {
  const shapes = inputs.map(({ shape }) => shape);
  tf.backend_util.assertParamsConsistent(shapes, axis);
  const output = backend.makeOutput(tf.backend_util.computeOutShape(shapes, axis), 'float32');
  const rows = tf.util.sizeFromShape(output.shape.slice(0, axis));
  const rowLength = tf.util.sizeFromShape(output.shape.slice(axis));
  let column = 0;
  for (const input of inputs) {
    const length = tf.util.sizeFromShape(input.shape.slice(axis));
    const from = { start: heapStart(backend, input), stride: length };
    const to = { start: heapStart(backend, output) + column, stride: rowLength };
    moveRows(backend, from, to, rows, length);
    column += length;
  }
  return output;
}

/** One axis after the other, the first first: its rows are the longest. */
function slice(backend: WasmBackend, x: tf.TensorInfo, begin: number[], size: number[]): tf.TensorInfo {
  let current = x;
  for (let axis = 0; axis < x.shape.length; axis++) {
    if (size[axis] === current.shape[axis]) continue;
    const next = sliceAxis(backend, current, axis, begin[axis]!, size[axis]!);
    if (current !== x) backend.disposeData(current.dataId);
    current = next;
  }
  if (current !== x) return current;
  backend.incRef(x.dataId);
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
}

function sliceAxis(backend: WasmBackend, x: tf.TensorInfo, axis: number, begin: number, size: number) {
  const shape = x.shape.map((length, i) => (i === axis ? size : length));
  const output = backend.makeOutput(shape, 'float32');
  const rows = tf.util.sizeFromShape(x.shape.slice(0, axis));
  const inner = tf.util.sizeFromShape(x.shape.slice(axis + 1));
  const length = size * inner;
  const from = { start: heapStart(backend, x) + begin * inner, stride: x.shape[axis]! * inner };
  const to = { start: heapStart(backend, output), stride: length };
  moveRows(backend, from, to, rows, length);
  return output;
}

interface Rows {
  /** In values of the heap. */
  start: number;
  stride: number;
}

function moveRows(backend: WasmBackend, from: Rows, to: Rows, count: number, length: number): void {
  const engine = currentEngine();
  if (engine === undefined) {
    copyRows(floatHeap(backend), from, to, count, length);
    return;
  }
  copyStrided(
    engine,
    from.start * Float32Array.BYTES_PER_ELEMENT,
    to.start * Float32Array.BYTES_PER_ELEMENT,
    [
      { length: count, fromStride: from.stride, toStride: to.stride },
      { length, fromStride: 1, toStride: 1 },
    ],
  );
}
