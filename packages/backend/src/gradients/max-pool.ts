import { tf } from '../tf.ts';
import { runKernel } from './engine.ts';
import { defineGradient, type GradientEntry, zeroGradient } from './gradient-entry.ts';
import { type PoolAttributes, poolInfo } from './pooling.ts';

// Where several values of a window are equally the largest, the whole gradient goes to the first of them in row
// order: what tfjs's kernels do, PyTorch too, and one of the valid subgradients. The second order follows suit.

const maxPoolGradient = defineGradient<PoolAttributes>({
  kernelName: 'MaxPool',
  inputsToSave: ['x'],
  savesOutput: true,
  gradient: (dy, [x, y], attributes) => ({
    x: () => runKernel('MaxPoolGrad', { dy, input: x!, output: y! }, attributes),
  }),
});

/** dx = MaxPoolGrad(dy) moves each dy to the place of its maximum; the adjoint reads ddx at those places. */
const maxPoolGradGradient = defineGradient<PoolAttributes>({
  kernelName: 'MaxPoolGrad',
  inputsToSave: ['input', 'output'],
  gradient: (ddx, [input, output], attributes) => ({
    dy: () => readAtMaxima(ddx as tf.Tensor4D, input as tf.Tensor4D, output as tf.Tensor4D, attributes),
    input: () => zeroGradient(input!),
    output: () => zeroGradient(output!),
  }),
});

export const maxPoolGradients: readonly GradientEntry[] = [maxPoolGradient, maxPoolGradGradient];

const lowest = -3.4e38;

/** `values` [batch, h, w, c] at the first maximum of each window of `input`: [batch, outH, outW, c]. */
function readAtMaxima(
  values: tf.Tensor4D,
  input: tf.Tensor4D,
  output: tf.Tensor4D,
  attributes: PoolAttributes,
): tf.Tensor {
  const info = poolInfo(input.shape, attributes);
  const { strideHeight, strideWidth, outHeight, outWidth, padInfo } = info;
  const below = (outHeight - 1) * strideHeight + info.filterHeight - info.inHeight - padInfo.top;
  const right = (outWidth - 1) * strideWidth + info.filterWidth - info.inWidth - padInfo.left;
  const paddings: [number, number][] = [
    [0, 0],
    [padInfo.top, Math.max(0, below)],
    [padInfo.left, Math.max(0, right)],
    [0, 0],
  ];
  const paddedInput = tf.pad(input, paddings, lowest);
  const paddedValues = tf.pad(values, paddings);
  const at = (image: tf.Tensor4D, row: number, column: number) =>
    tf.stridedSlice(
      image,
      [0, row, column, 0],
      [
        info.batchSize,
        row + (outHeight - 1) * strideHeight + 1,
        column + (outWidth - 1) * strideWidth + 1,
        info.inChannels,
      ],
      [1, strideHeight, strideWidth, 1],
    );

  let read: tf.Tensor = tf.zeros(output.shape);
  let isFound: tf.Tensor = tf.zeros(output.shape, 'bool');
  for (let row = 0; row < info.filterHeight; row++) {
    for (let column = 0; column < info.filterWidth; column++) {
      const isMaximum = tf.equal(at(paddedInput, row, column), output);
      const isFirst = tf.logicalAnd(isMaximum, tf.logicalNot(isFound));
      read = tf.where(isFirst, at(paddedValues, row, column), read);
      isFound = tf.logicalOr(isFound, isMaximum);
    }
  }
  return read;
}
