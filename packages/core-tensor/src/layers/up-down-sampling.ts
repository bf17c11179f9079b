import { tf } from '@tintype/backend';
import type { ParameterScope } from '../parameters/create-parameters.ts';
import { type Conv2d, createConv2d } from './conv2d.ts';
import { upsampleNearest } from './resample.ts';

export interface DownsampleOptions {
  channels: number;
  /** @default channels */
  outChannels?: number;
  /** 1: a zero on every side; 0: one row below and one column to the right, as autoencoder-kl has it. @default 1 */
  padding?: 0 | 1;
}

/** diffusers' Downsample2D: a 3×3 convolution `conv` of stride 2, [b, h, w, c] → [b, ⌈h/2⌉ or ⌊h/2⌋, …, outChannels]. */
export function createDownsample(scope: ParameterScope, options: DownsampleOptions): Conv2d {
  const { channels, outChannels = channels, padding = 1 } = options;
  const shape = { inChannels: channels, outChannels, kernelSize: 3, stride: 2, padding };
  const conv = createConv2d(scope.child('conv'), shape);
  if (padding === 1) return conv;
  const belowAndRight: [[number, number], [number, number], [number, number], [number, number]] = [
    [0, 0],
    [0, 1],
    [0, 1],
    [0, 0],
  ];
  return (x) => tf.tidy(() => conv(tf.pad(x, belowAndRight)));
}

export interface UpsampleOptions {
  channels: number;
  /** @default channels */
  outChannels?: number;
}

/** diffusers' Upsample2D: nearest ×2, then a 3×3 convolution `conv`: [b, h, w, c] → [b, 2h, 2w, outChannels]. */
export function createUpsample(scope: ParameterScope, options: UpsampleOptions): Conv2d {
  const { channels, outChannels = channels } = options;
  const shape = { inChannels: channels, outChannels, kernelSize: 3, padding: 1 };
  const conv = createConv2d(scope.child('conv'), shape);
  return (x) => tf.tidy(() => conv(upsampleNearest(x, 2)));
}
