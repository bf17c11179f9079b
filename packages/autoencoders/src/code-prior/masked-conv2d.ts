import { type ParameterScope, tf, uniform } from '@tintype/core-tensor';

export interface MaskedConv2dOptions {
  readonly inChannels: number;
  readonly outChannels: number;
  /** [height, width], both odd. */
  readonly kernelSize: readonly [number, number];
  /** Taps that take part, counted in reading order, at least 1; those after them are hidden. */
  readonly openTaps: number;
}

/** [b, h, w, inChannels] → [b, h, w, outChannels]. */
export type MaskedConv2d = (x: tf.Tensor4D) => tf.Tensor4D;

/**
 * A convolution with zeros around the image that keeps its size and sees the first taps of its kernel alone. The weight is
 * whole, as in any convolution; the mask meets it at each use. PyTorch's start, over the open taps.
 */
export function createMaskedConv2d(scope: ParameterScope, options: MaskedConv2dOptions): MaskedConv2d {
  const { inChannels, outChannels, kernelSize, openTaps } = options;
  const [height, width] = kernelSize;
  const bound = 1 / Math.sqrt(openTaps * inChannels);
  const initializer = uniform(-bound, bound);
  const weight = scope.create('weight', [height, width, inChannels, outChannels], {
    initializer,
    layout: 'conv',
  });
  const bias = scope.create('bias', [outChannels], { initializer });

  return (x) =>
    tf.tidy(() => {
      const mask = Array.from({ length: height * width }, (_, tap) => (tap < openTaps ? 1 : 0));
      const open = weight.mul<tf.Tensor4D>(tf.tensor(mask, [height, width, 1, 1]));
      return tf.conv2d(x, open, 1, 'same').add<tf.Tensor4D>(bias);
    });
}
