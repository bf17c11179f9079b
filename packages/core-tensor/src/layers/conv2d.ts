import { conv2dWithBias, TintypeError, tf } from '@tintype/backend';
import type { ParameterScope } from '../parameters/create-parameters.ts';
import { assertPositiveIntegers } from './assert-options.ts';
import { createWeightAndBias, type WeightAndBiasOptions } from './weight-and-bias.ts';

/** Zeros around the image: so many on every side, or tfjs's `same` (output ⌈size/stride⌉) and `valid` (none). */
export type ConvPadding = number | 'same' | 'valid';

export interface Conv2dOptions extends WeightAndBiasOptions {
  inChannels: number;
  outChannels: number;
  kernelSize: number;
  /** @default 1 */
  stride?: number;
  /** @default 0 */
  padding?: ConvPadding;
  /** Distance between the taps of the kernel. @default 1 */
  dilation?: number;
}

/** [b, h, w, inChannels] → [b, h', w', outChannels]. */
export type Conv2d = (x: tf.Tensor4D) => tf.Tensor4D;

/**
 * A cross-correlation, as in PyTorch: h' = ⌊(h + 2·padding − dilation·(kernelSize − 1) − 1) / stride⌋ + 1.
 * Parameters `weight` [kernelSize, kernelSize, inChannels, outChannels] and `bias` [outChannels].
 * Throws `E_CONFIG` on impossible sizes.
 */
export function createConv2d(scope: ParameterScope, options: Conv2dOptions): Conv2d {
  const { inChannels, outChannels, kernelSize, stride = 1, padding = 0, dilation = 1 } = options;
  assertPositiveIntegers('createConv2d', { inChannels, outChannels, kernelSize, stride, dilation });
  assertPadding(padding);
  const { weight, bias } = createWeightAndBias(scope, {
    ...options,
    shape: [kernelSize, kernelSize, inChannels, outChannels],
    layout: 'conv',
    outputs: outChannels,
  });

  return (x) =>
    tf.tidy(() => {
      const filter = weight as tf.Tensor4D;
      if (!bias) return tf.conv2d(x, filter, stride, padding, 'NHWC', dilation);
      return conv2dWithBias(x, filter, bias, { strides: stride, pad: padding, dilations: dilation });
    });
}

function assertPadding(padding: ConvPadding): void {
  if (padding === 'same' || padding === 'valid' || (Number.isInteger(padding) && padding >= 0)) return;
  throw new TintypeError('E_CONFIG', {
    where: 'createConv2d',
    what: 'padding must be a count of zeros, "same" or "valid"',
    got: padding,
  });
}
