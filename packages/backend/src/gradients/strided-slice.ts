import { tf } from '../tf.ts';
import { defineGradient, type GradientEntry } from './gradient-entry.ts';
import { gradientRefused } from './refusals.ts';
import { spreadAlongAxis } from './spread.ts';

interface StridedSliceAttributes {
  begin: number[];
  end: number[];
  strides: number[];
  beginMask: number;
  endMask: number;
  ellipsisMask: number;
  newAxisMask: number;
  shrinkAxisMask: number;
}

/** dx holds dy at the positions that were taken and zeros elsewhere. */
const stridedSliceGradient = defineGradient<StridedSliceAttributes>({
  kernelName: 'StridedSlice',
  inputsToSave: ['x'],
  gradient: (dy, [x], attributes) => ({ x: () => placeBack(dy, x!.shape, attributes) }),
});

export const stridedSliceGradients: readonly GradientEntry[] = [stridedSliceGradient];

function placeBack(dy: tf.Tensor, shape: number[], attributes: StridedSliceAttributes): tf.Tensor {
  if (dy.size === 0) return tf.zeros(shape);
  const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attributes;
  // Resolves masks and negative positions.
  const info = tf.slice_util.sliceInfo(
    shape,
    begin,
    end,
    strides,
    beginMask,
    endMask,
    ellipsisMask,
    newAxisMask,
    shrinkAxisMask,
  );
  if (shrinkAxisMask !== 0 && info.strides.some((stride) => stride !== 1)) {
    // tfjs's own kernels mix up the axes here, or do not compile.
    throw gradientRefused('tf.stridedSlice that drops an axis and has a stride', 'Slice first, then reshape');
  }
  const taken = tf.reshape(dy, tf.slice_util.computeOutShape(info.begin, info.end, info.strides));
  return shape.reduce(
    (placed, length, axis) => placeAxis(placed, axis, length, info.begin[axis]!, info.strides[axis]!),
    taken as tf.Tensor,
  );
}

function placeAxis(dy: tf.Tensor, axis: number, length: number, begin: number, stride: number): tf.Tensor {
  const count = dy.shape[axis]!;
  const isIdentity = stride === 1 && count === length;
  if (isIdentity) return dy;
  const forward = stride < 0 ? tf.reverse(dy, axis) : dy;
  const first = stride < 0 ? begin + (count - 1) * stride : begin;
  const spread = spreadAlongAxis(forward, axis, Math.abs(stride));
  const after = length - first - spread.shape[axis]!;
  const paddings = dy.shape.map((_, i): [number, number] => (i === axis ? [first, after] : [0, 0]));
  return tf.pad(spread, paddings);
}
