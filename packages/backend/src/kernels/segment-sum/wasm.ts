import { tf } from '../../tf.ts';
import type { KernelEntry } from '../kernel-entry.ts';
import { defineWasmKernel, floats, type WasmCall, withShape } from '../wasm-backend.ts';
import {
  addRowsToSegments,
  type SegmentSumAttributes,
  type SegmentSumInputs,
  segmentSumName,
} from './segment-sum.ts';

interface UnsortedInputs {
  x: tf.TensorInfo;
  segmentIds: tf.TensorInfo;
}

export const segmentSumWasm: readonly KernelEntry[] = [
  defineWasmKernel<SegmentSumInputs, SegmentSumAttributes>(segmentSumName, segmentSum),
  // tf.unsortedSegmentSum, which tfjs's wasm backend lacks.
  defineWasmKernel<UnsortedInputs, { numSegments: number }>(
    'UnsortedSegmentSum',
    ({ inputs, attrs, backend }) => {
      const { x, segmentIds } = inputs;
      const rows = tf.util.sizeFromShape(segmentIds.shape);
      const rowShape = x.shape.slice(segmentIds.shape.length);
      const values = withShape(x, [rows, tf.util.sizeFromShape(rowShape)]);
      const sums = segmentSum({
        inputs: { values, segmentIds },
        attrs: { segmentCount: attrs.numSegments },
        backend,
      });
      return withShape(sums, [attrs.numSegments, ...rowShape]);
    },
  ),
];

function segmentSum({ inputs, attrs, backend }: WasmCall<SegmentSumInputs, SegmentSumAttributes>) {
  const { values, segmentIds } = inputs;
  const width = values.shape[1]!;
  const output = backend.makeOutput([attrs.segmentCount, width], 'float32');
  const sums = floats(backend, output).fill(0);
  const ids = backend.typedArrayFromHeap(segmentIds) as Int32Array;
  addRowsToSegments(floats(backend, values), ids, sums, width);
  return output;
}
