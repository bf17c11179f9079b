import { currentEngine } from '../../engine/current-engine.ts';
import type { Engine } from '../../engine/engine.ts';
import { tf } from '../../tf.ts';
import { type CopyAxis, copyStrided, stridesOf } from '../strided-copy/copy-strided.ts';
import { defineWasmKernel, pointerTo, type WasmBackend } from '../wasm-backend.ts';

/** Rows move as a whole where the last axis stays, and in tiles of 4 × 4 where it does not. */
export const transposeWasm = defineWasmKernel<{ x: tf.TensorInfo }, { perm: number[] }>(
  'Transpose',
  (call, stock) => {
    const { x } = call.inputs;
    const engine = currentEngine();
    const hasWords = x.dtype === 'float32' || x.dtype === 'int32';
    if (engine === undefined || !hasWords) return stock(call);
    const axes = joinedAxes(x.shape, call.attrs.perm);
    if (axes.length > mostAxes) return stock(call);
    if (axes.length <= 1) {
      call.backend.incRef(x.dataId);
      return { dataId: x.dataId, dtype: x.dtype, shape: permuted(x.shape, call.attrs.perm) };
    }
    const output = call.backend.makeOutput(permuted(x.shape, call.attrs.perm), x.dtype);
    if (tf.util.sizeFromShape(x.shape) > 0) move(engine, call.backend, x, output, axes);
    return output;
  },
);

const mostAxes = 4;
const rowsInBlock = 32;
const valuesAtOnce = 16_384;

const permuted = (shape: number[], permutation: number[]) => permutation.map((axis) => shape[axis]!);

/** The output's axes with their strides on both sides, those joined that stay neighbours. */
function joinedAxes(shape: number[], permutation: number[]): CopyAxis[] {
  const fromStrides = stridesOf(shape);
  const toStrides = stridesOf(permuted(shape, permutation));
  const axes: CopyAxis[] = [];
  permutation.forEach((axis, at) => {
    const next = { length: shape[axis]!, fromStride: fromStrides[axis]!, toStride: toStrides[at]! };
    if (next.length === 1) return;
    const last = axes.at(-1);
    if (last?.fromStride === next.fromStride * next.length) {
      axes[axes.length - 1] = { ...next, length: last.length * next.length };
    } else {
      axes.push(next);
    }
  });
  return axes;
}

function move(
  engine: Engine,
  backend: WasmBackend,
  x: tf.TensorInfo,
  y: tf.TensorInfo,
  axes: CopyAxis[],
): void {
  const [from, to] = [pointerTo(backend, x), pointerTo(backend, y)];
  const columns = axes.findIndex(({ fromStride }) => fromStride === 1);
  if (columns === axes.length - 1 || columns === -1) {
    copyStrided(engine, from, to, axes);
    return;
  }
  // x's last axis is a column, y's last axis a row; the others are a batch of such matrices.
  const row = axes.at(-1)!;
  const column = axes[columns]!;
  const batch = axes.filter((axis) => axis !== row && axis !== column);
  while (batch.length < 2) batch.unshift({ length: 1, fromStride: 0, toStride: 0 });
  const blocks = Math.ceil(row.length / rowsInBlock);
  engine.run('transposeRows', {
    ints: [
      ...[from, to, row.length, column.length, row.fromStride, column.toStride, blocks],
      ...batch.flatMap(({ length, fromStride, toStride }) => [length, fromStride, toStride]),
    ],
    items: blocks * batch[0]!.length * batch[1]!.length,
    grain: Math.max(1, Math.floor(valuesAtOnce / (column.length * Math.min(rowsInBlock, row.length)))),
  });
}
