import { currentEngine } from '../../engine/current-engine.ts';
import { tf } from '../../tf.ts';
import type { KernelEntry } from '../kernel-entry.ts';
import { defineWasmKernel, floats, type WasmBackend, withShape } from '../wasm-backend.ts';
import { sumMiddleOnEngine } from './sum-middle.ts';

interface Attributes {
  axis: number | number[];
  keepDims: boolean;
}

// tfjs transposes the whole tensor whenever the reduced axes are not the last ones. Rows are added up in place
// here, in float64; by the engine where there is one.

export const reduceKernels: readonly KernelEntry[] = [
  defineWasmKernel<{ x: tf.TensorInfo }, Attributes>('Sum', ({ inputs: { x }, attrs, backend }, stock) => {
    if (x.dtype !== 'float32') return stock({ inputs: { x }, attrs, backend });
    return reduce(backend, x, attrs, 1);
  }),
  defineWasmKernel<{ x: tf.TensorInfo }, Attributes>('Mean', ({ inputs: { x }, attrs, backend }, stock) => {
    const axes = tf.util.parseAxisParam(attrs.axis, x.shape);
    const count = axes.reduce((size, axis) => size * x.shape[axis]!, 1);
    if (x.dtype !== 'float32' || count === 0) return stock({ inputs: { x }, attrs, backend });
    return reduce(backend, x, attrs, 1 / count);
  }),
];

/** scale · Σ over the given axes. Neighbouring axes are reduced together, from the last to the first. */
function reduce(backend: WasmBackend, x: tf.TensorInfo, { axis, keepDims }: Attributes, scale: number) {
  const axes = tf.util.parseAxisParam(axis, x.shape);
  const isReduced = x.shape.map((_, i) => axes.includes(i));
  const outputShape = keepDims
    ? x.shape.map((length, i) => (isReduced[i] ? 1 : length))
    : x.shape.filter((_, i) => !isReduced[i]);
  const runs = reducedRuns(x.shape, isReduced);
  if (runs.length === 0) runs.push({ outer: tf.util.sizeFromShape(x.shape), length: 1, inner: 1 });
  let current = x;
  runs.forEach(({ outer, length, inner }, i) => {
    const next = backend.makeOutput([outer, inner], 'float32');
    const factor = i === runs.length - 1 ? scale : 1;
    const engine = currentEngine();
    if (engine) sumMiddleOnEngine(engine, backend, current, next, { outer, length, inner }, factor);
    else sumMiddle(floats(backend, current), floats(backend, next), outer, length, inner, factor);
    if (current !== x) backend.disposeData(current.dataId);
    current = next;
  });
  return withShape(current, outputShape);
}

/** The reduced runs of axes, last first, each as [outer, length, inner] of the tensor that is left by then. */
function reducedRuns(shape: number[], isReduced: boolean[]) {
  const runs: { outer: number; length: number; inner: number }[] = [];
  let inner = 1;
  for (let axis = shape.length - 1; axis >= 0; ) {
    if (!isReduced[axis]) {
      inner *= shape[axis--]!;
      continue;
    }
    let length = 1;
    while (axis >= 0 && isReduced[axis]) length *= shape[axis--]!;
    runs.push({ outer: tf.util.sizeFromShape(shape.slice(0, axis + 1)), length, inner });
  }
  return runs;
}

function sumMiddle(
  x: Float32Array,
  y: Float32Array,
  outer: number,
  length: number,
  inner: number,
  scale: number,
): void {
  if (y.length === 0) return;
  if (inner === 1) {
    sumLast(x, y, outer, length, scale);
    return;
  }
  const sums = new Float64Array(inner);
  let row = 0;
  for (let o = 0; o < outer; o++) {
    sums.fill(0);
    const end = row + length * inner;
    // Four rows a pass: the running sums are loaded and stored a quarter as often.
    for (; row + 4 * inner <= end; row += 4 * inner) {
      const second = row + inner;
      const third = second + inner;
      const fourth = third + inner;
      for (let i = 0; i < inner; i++) {
        sums[i] = sums[i]! + (x[row + i]! + x[second + i]! + (x[third + i]! + x[fourth + i]!));
      }
    }
    for (; row < end; row += inner) for (let i = 0; i < inner; i++) sums[i] = sums[i]! + x[row + i]!;
    for (let i = 0; i < inner; i++) y[o * inner + i] = sums[i]! * scale;
  }
}

/** Four running sums hide the latency of the addition. */
function sumLast(x: Float32Array, y: Float32Array, outer: number, length: number, scale: number): void {
  let from = 0;
  for (let o = 0; o < outer; o++) {
    const end = from + length;
    let first = 0;
    let second = 0;
    let third = 0;
    let fourth = 0;
    for (; from + 4 <= end; from += 4) {
      first += x[from]!;
      second += x[from + 1]!;
      third += x[from + 2]!;
      fourth += x[from + 3]!;
    }
    for (; from < end; from++) first += x[from]!;
    y[o] = (first + second + (third + fourth)) * scale;
  }
}
