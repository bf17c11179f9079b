import type { tf } from '../../tf.ts';
import { defineKernel } from '../kernel-entry.ts';
import {
  addRowsToSegments,
  type SegmentSumAttributes,
  type SegmentSumInputs,
  segmentSumName,
} from './segment-sum.ts';

interface CpuBackend {
  readSync(dataId: object): Float32Array | Int32Array;
  makeTensorInfo(shape: number[], dtype: tf.DataType, values: Float32Array): tf.TensorInfo;
}

export const segmentSumCpu = defineKernel<SegmentSumInputs, SegmentSumAttributes, CpuBackend>({
  kernelName: segmentSumName,
  backendName: 'cpu',
  run: ({ inputs, attrs, backend }) => {
    const { values, segmentIds } = inputs;
    const width = values.shape[1]!;
    const sums = new Float32Array(attrs.segmentCount * width);
    const rows = backend.readSync(values.dataId) as Float32Array;
    addRowsToSegments(rows, backend.readSync(segmentIds.dataId) as Int32Array, sums, width);
    return backend.makeTensorInfo([attrs.segmentCount, width], 'float32', sums);
  },
});
