import { tf } from '../tf.ts';
import { runKernel } from './engine.ts';
import { defineGradient, type GradientEntry } from './gradient-entry.ts';

// Both resizes are linear and separable: y = R_h · x · R_wᵀ for each channel. Resizing the identity matrix with
// the backend's own kernel gives R exactly, whatever alignCorners, halfPixelCenters and rounding do, so that the
// gradient R_hᵀ · dy · R_w is the adjoint of what was really computed. tfjs's ResizeBilinearGrad ignores
// halfPixelCenters, and its cpu ResizeNearestNeighborGrad is wrong for more than one image.

interface ResizeAttributes {
  alignCorners: boolean;
  halfPixelCenters: boolean;
  size: [number, number];
}

export const resizeGradients: readonly GradientEntry[] = [
  defineGradient<ResizeAttributes>({
    kernelName: 'ResizeBilinear',
    inputsToSave: ['images'],
    gradient: (dy, [images], attributes) => ({
      images: () => matrixAdjoint('ResizeBilinear', dy, images!.shape, attributes),
    }),
  }),
  defineGradient<ResizeAttributes>({
    kernelName: 'ResizeNearestNeighbor',
    inputsToSave: ['images'],
    gradient: (dy, [images], attributes) => ({
      images: () =>
        repeatAdjoint(dy, images!.shape, attributes) ??
        matrixAdjoint('ResizeNearestNeighbor', dy, images!.shape, attributes),
    }),
  }),
];

/** Enlarging by whole factors repeats pixels, so the adjoint sums blocks: an average pool times its area. */
function repeatAdjoint(
  dy: tf.Tensor,
  [, height, width]: number[],
  { alignCorners, size }: ResizeAttributes,
): tf.Tensor | undefined {
  const rows = size[0] / height!;
  const columns = size[1] / width!;
  if (alignCorners || !Number.isInteger(rows) || !Number.isInteger(columns)) return undefined;
  return tf.avgPool(dy as tf.Tensor4D, [rows, columns], [rows, columns], 'valid').mul(rows * columns);
}

/** dx = R_hᵀ · dy · R_w with dy [batch, outH, outW, c] and dx [batch, h, w, c]; two plain matrix products. */
function matrixAdjoint(
  kernelName: string,
  dy: tf.Tensor,
  inputShape: number[],
  attributes: ResizeAttributes,
): tf.Tensor {
  const [batch, height, width, channels] = inputShape as [number, number, number, number];
  const [outHeight, outWidth] = attributes.size;
  const byRow = resizeMatrix(kernelName, height, outHeight, attributes);
  const byColumn = resizeMatrix(kernelName, width, outWidth, attributes);
  const columnsLast = tf.transpose(dy, [0, 1, 3, 2]).reshape([batch * outHeight * channels, outWidth]);
  const narrow = tf.matMul(columnsLast, byColumn).reshape([batch, outHeight, channels, width]);
  const rowsLast = tf.transpose(narrow, [0, 3, 2, 1]).reshape([batch * width * channels, outHeight]);
  const small = tf.matMul(rowsLast, byRow).reshape([batch, width, channels, height]);
  return tf.transpose(small, [0, 3, 1, 2]); // [batch, h, w, c]
}

/** R [outLength, length]: the resize of an image whose channels are the unit vectors. */
function resizeMatrix(
  kernelName: string,
  length: number,
  outLength: number,
  { alignCorners, halfPixelCenters }: ResizeAttributes,
): tf.Tensor2D {
  const images = tf.eye(length).reshape([1, length, 1, length]);
  const attributes = { alignCorners, halfPixelCenters, size: [outLength, 1] };
  return runKernel(kernelName, { images }, attributes).reshape([outLength, length]);
}
