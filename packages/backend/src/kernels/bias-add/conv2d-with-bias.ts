import { currentEngine } from '../../engine/current-engine.ts';
import { asOneKernel } from '../../engine/trace-kernels.ts';
import { type ConvolutionAttributes, convFilter, convInput } from '../../gradients/convolution.ts';
import { runKernel } from '../../gradients/engine.ts';
import { defineGradient, type GradientEntry } from '../../gradients/gradient-entry.ts';
import { tf } from '../../tf.ts';
import { forwardOnEngine } from '../conv2d/forward.ts';
import { callWasmKernel, defineWasmKernel } from '../wasm-backend.ts';

export interface Conv2dWithBiasOptions {
  readonly strides: number | [number, number];
  readonly pad: 'same' | 'valid' | number;
  /** @default 1 */
  readonly dilations?: number;
}

interface Inputs {
  x: tf.TensorInfo;
  filter: tf.TensorInfo;
  bias: tf.TensorInfo;
}

const kernelName = 'TintypeConv2DWithBias';

export const conv2dWithBiasWasm = defineWasmKernel<Inputs, ConvolutionAttributes>(
  kernelName,
  ({ inputs: { x, filter, bias }, attrs, backend }) => {
    const isEmpty = tf.util.sizeFromShape(x.shape) === 0;
    const y = isEmpty ? undefined : forwardOnEngine(backend, x, filter, bias, attrs);
    if (y !== undefined) return y;
    const product = callWasmKernel(backend, 'Conv2D', { x, filter }, { ...attrs, dilations: 1 });
    const sum = callWasmKernel(backend, 'Add', { a: product, b: bias }, {});
    backend.disposeData(product.dataId);
    return sum;
  },
);

export const conv2dWithBiasGradients: readonly GradientEntry[] = [
  defineGradient<ConvolutionAttributes>({
    kernelName,
    inputsToSave: ['x', 'filter'],
    gradient: (dy, [x, filter], attributes) => ({
      x: () => convInput(dy, filter!, x!.shape, attributes),
      filter: () => convFilter(x!, dy, filter!.shape, attributes),
      bias: () => tf.sum(dy, [0, 1, 2]),
    }),
  }),
];

/** tf.conv2d(x, filter) + bias for images [b, h, w, c] and a bias [outChannels]; in one pass on the wasm engine. */
export function conv2dWithBias(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  bias: tf.Tensor,
  { strides, pad, dilations = 1 }: Conv2dWithBiasOptions,
): tf.Tensor4D {
  const isFused =
    tf.getBackend() === 'wasm' &&
    currentEngine() !== undefined &&
    dilations === 1 &&
    [x, filter, bias].every(({ dtype }) => dtype === 'float32') &&
    bias.shape.length === 1 &&
    bias.shape[0] === filter.shape[3] &&
    x.shape[3] === filter.shape[2];
  if (isFused) return runKernel(kernelName, { x, filter, bias }, { strides, pad, dataFormat: 'NHWC' });
  return asOneKernel(kernelName, { x, filter, bias }, { strides, pad, dataFormat: 'NHWC', dilations }, () =>
    tf.tidy(() => tf.add(tf.conv2d(x, filter, strides, pad, 'NHWC', dilations), bias)),
  );
}
