import { type ParameterScope, tf, uniform } from '@tintype/core-tensor';

export interface MaskedConv2dOptions {
  readonly inChannels: number;
  readonly outChannels: number;
  /** [height, width], both odd. */
  readonly kernelSize: readonly [number, number];
  /** The first rows and columns of the kernel, at least 1 each, which take part; those after them are hidden. */
  readonly open: readonly [number, number];
}

/** [b, h, w, inChannels] → [b, h, w, outChannels]. */
export type MaskedConv2d = (x: tf.Tensor4D) => tf.Tensor4D;

/**
 * A convolution with zeros around the image that keeps its size and whose later taps are hidden. The parameters are those of
 * any convolution; at each use the hidden taps are cut off, which is cheaper than zeros in their place, and exact where a
 * fast convolution would round what it adds and takes away again. PyTorch's start, over the open taps.
 */
export function createMaskedConv2d(scope: ParameterScope, options: MaskedConv2dOptions): MaskedConv2d {
  const { inChannels, outChannels, kernelSize, open } = options;
  const [rows, columns] = open;
  const [top, left] = [(kernelSize[0] - 1) / 2, (kernelSize[1] - 1) / 2];
  const bound = 1 / Math.sqrt(rows * columns * inChannels);
  const initializer = uniform(-bound, bound);
  const weight = scope.create('weight', [...kernelSize, inChannels, outChannels], {
    initializer,
    layout: 'conv',
  });
  const bias = scope.create('bias', [outChannels], { initializer });

  return (x) =>
    tf.tidy(() => {
      const [batch, height, width] = x.shape;
      const size = [rows, columns, inChannels, outChannels];
      const filter = tf.slice(weight, [0, 0, 0, 0], size) as tf.Tensor4D;
      const [bottom, right] = [Math.max(0, rows - 1 - top), Math.max(0, columns - 1 - left)];
      const around: [number, number][] = [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ];
      const seen = [batch, height + rows - 1, width + columns - 1, inChannels];
      const field = tf.slice(tf.pad(x, around), [0, 0, 0, 0], seen);
      return tf.conv2d(field, filter, 1, 'valid').add<tf.Tensor4D>(bias);
    });
}
