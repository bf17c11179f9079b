import type { tf } from '../../tf.ts';

export const segmentSumName = 'TintypeSegmentSum';

export interface SegmentSumInputs {
  values: tf.TensorInfo;
  segmentIds: tf.TensorInfo;
}

export interface SegmentSumAttributes {
  segmentCount: number;
}

/** Adds rows of `values` into `sums`, which starts at zero. Used by the cpu and wasm kernels. */
export function addRowsToSegments(
  values: Float32Array,
  segmentIds: Int32Array,
  sums: Float32Array,
  width: number,
): void {
  const segmentCount = width === 0 ? 0 : sums.length / width;
  for (let row = 0; row < segmentIds.length; row++) {
    const segment = segmentIds[row]!;
    if (segment < 0 || segment >= segmentCount) continue;
    let from = row * width;
    const start = segment * width;
    for (let to = start; to < start + width; to++) sums[to] = sums[to]! + values[from++]!;
  }
}
