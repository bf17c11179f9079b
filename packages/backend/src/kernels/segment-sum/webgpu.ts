import type { tf } from '../../tf.ts';
import { defineKernel } from '../kernel-entry.ts';
import { type SegmentSumAttributes, type SegmentSumInputs, segmentSumName } from './segment-sum.ts';

interface WebgpuBackend {
  runWebGPUProgram(
    program: object,
    inputs: tf.TensorInfo[],
    dtype: tf.DataType,
    uniforms: { type: string; data: number[] }[],
  ): tf.TensorInfo;
}

const workgroupSize: [number, number, number] = [64, 1, 1];
const maxWorkgroupsPerAxis = 65_535;

/** One thread per sum walks over all rows in order: no atomics, so the result does not depend on timing. */
export const segmentSumWebgpu = defineKernel<SegmentSumInputs, SegmentSumAttributes, WebgpuBackend>({
  kernelName: segmentSumName,
  backendName: 'webgpu',
  run: ({ inputs, attrs, backend }) => {
    const { values, segmentIds } = inputs;
    const [rows, width] = values.shape as [number, number];
    const outputShape = [attrs.segmentCount, width];
    const workgroups = Math.ceil((attrs.segmentCount * width) / workgroupSize[0]);
    const program = {
      variableNames: ['values', 'segmentIds'],
      uniforms: 'rows : i32,',
      outputShape,
      dispatchLayout: { x: [0, 1] },
      dispatch: [Math.min(workgroups, maxWorkgroupsPerAxis), Math.ceil(workgroups / maxWorkgroupsPerAxis), 1],
      workgroupSize,
      size: true,
      shaderKey: 'tintypeSegmentSum',
      getUserCode: () => source,
    };
    return backend.runWebGPUProgram(program, [values, segmentIds], 'float32', [
      { type: 'int32', data: [rows] },
    ]);
  },
});

// tfjs calls `main` with the flat position in the output, rounded up to whole workgroups.
const source = `
fn main(index : i32) {
  if (index >= uniforms.size) {
    return;
  }
  let width = uniforms.outShape[1];
  let segment = index / width;
  let column = index % width;
  var sum = 0.0;
  for (var row = 0; row < uniforms.rows; row = row + 1) {
    if (segmentIds[row] == segment) {
      sum = sum + values[row * width + column];
    }
  }
  setOutputAtIndex(index, sum);
}
`;
