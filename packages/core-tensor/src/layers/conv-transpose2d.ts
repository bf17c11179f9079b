import { TintypeError, tf } from '@tintype/backend';
import type { ParameterScope } from '../parameters/create-parameters.ts';
import { assertPositiveIntegers } from './assert-options.ts';
import type { Conv2d } from './conv2d.ts';
import { createWeightAndBias, type WeightAndBiasOptions } from './weight-and-bias.ts';

export interface ConvTranspose2dOptions extends WeightAndBiasOptions {
  inChannels: number;
  outChannels: number;
  kernelSize: number;
  /** Enlargement. @default 1 */
  stride?: number;
  /** Rows and columns cut from every side of the full result (PyTorch's meaning). @default 0 */
  padding?: number;
  /** Rows and columns added at the bottom and right; less than the stride. @default 0 */
  outputPadding?: number;
}

/**
 * The transpose of a convolution: [b, h, w, inChannels] → [b, h', w', outChannels] with
 * h' = (h − 1)·stride − 2·padding + kernelSize + outputPadding.
 * Parameters `weight` [kernelSize, kernelSize, outChannels, inChannels] and `bias` [outChannels].
 * Fan-in is outChannels·kernelSize², as PyTorch counts it. Throws `E_CONFIG` on impossible sizes.
 */
export function createConvTranspose2d(scope: ParameterScope, options: ConvTranspose2dOptions): Conv2d {
  const { inChannels, outChannels, kernelSize, stride = 1, padding = 0, outputPadding = 0 } = options;
  assertPositiveIntegers('createConvTranspose2d', { inChannels, outChannels, kernelSize, stride });
  assertIntegerBelow('padding', padding, 'kernelSize', kernelSize);
  assertIntegerBelow('outputPadding', outputPadding, 'stride', stride);
  const { weight, bias } = createWeightAndBias(scope, {
    ...options,
    shape: [kernelSize, kernelSize, outChannels, inChannels],
    layout: 'convTransposed',
    outputs: outChannels,
  });
  const enlarged = (size: number) => (size - 1) * stride - 2 * padding + kernelSize + outputPadding;

  return (x) =>
    tf.tidy(() => {
      const [batch, height, width] = x.shape;
      const outputShape: [number, number, number, number] = [
        batch,
        enlarged(height),
        enlarged(width),
        outChannels,
      ];
      const y = tf.conv2dTranspose(x, weight as tf.Tensor4D, outputShape, stride, padding);
      return bias ? tf.add(y, bias) : y;
    });
}

function assertIntegerBelow(name: string, value: number, limitName: string, limit: number): void {
  if (Number.isInteger(value) && value >= 0 && value < limit) return;
  throw new TintypeError('E_CONFIG', {
    where: 'createConvTranspose2d',
    what: `${name} must be an integer from 0 to ${limitName} − 1`,
    got: value,
    expected: `0 … ${limit - 1}`,
  });
}
