import { segmentSum } from '../kernels/segment-sum/index.ts';
import { tf } from '../tf.ts';
import { defineGradient, type GradientEntry, zeroGradient } from './gradient-entry.ts';

interface GatherAttributes {
  axis: number;
  batchDims: number;
}

/** dx sums the rows of dy that came from the same place, in a fixed order (tfjs's WebGPU kernel races). */
const gatherGradient = defineGradient<GatherAttributes>({
  kernelName: 'GatherV2',
  inputsToSave: ['x', 'indices'],
  gradient: (dy, [x, indices], { axis, batchDims }) => ({
    x: () => scatterBack(dy, x!, indices!, axis, batchDims),
    indices: () => zeroGradient(indices!),
  }),
});

export const gatherGradients: readonly GradientEntry[] = [gatherGradient];

function scatterBack(
  dy: tf.Tensor,
  x: tf.Tensor,
  indices: tf.Tensor,
  axis: number,
  batchDims: number,
): tf.Tensor {
  const [parsedAxis] = tf.util.parseAxisParam(axis, x.shape);
  const info = tf.backend_util.segment_util.collectGatherOpShapeInfo(x, indices, parsedAxis!, batchDims);
  const { batchSize, outerSize, dimSize, sliceSize } = info;
  const groups = batchSize * outerSize;
  const count = indices.size / batchSize;
  const rows = tf.reshape(dy, [groups * count, sliceSize]) as tf.Tensor2D;
  let places = tf.reshape(indices, [batchSize, 1, count]);
  if (groups > 1) {
    // Each group has its own block of dimSize places.
    const offsets = Int32Array.from({ length: groups }, (_, group) => group * dimSize);
    places = places.add(tf.tensor3d(offsets, [batchSize, outerSize, 1], 'int32'));
  }
  const sums = segmentSum(rows, tf.reshape(places, [groups * count]) as tf.Tensor1D, groups * dimSize);
  return tf.reshape(sums, x.shape);
}
