import { TintypeError } from '../errors/tintype-error.ts';
import type { tf } from '../tf.ts';
import { type ConvolutionAttributes, gatherTaps, spreadKernel, spreadShape } from './convolution.ts';
import { runKernel } from './engine.ts';
import { defineGradient, type GradientEntry } from './gradient-entry.ts';

// The depthwise triple, in the same shape as the convolution triple. Kernels are [h, w, channels, multiplier].

type Attributes = ConvolutionAttributes & { dilations?: number | [number, number] | null };

const depthwiseGradient = defineGradient<Attributes>({
  kernelName: 'DepthwiseConv2dNative',
  inputsToSave: ['x', 'filter'],
  gradient: (dy, [x, filter], attributes) => {
    const dilations = attributes.dilations ?? 1;
    if (attributes.dataFormat === 'NCHW') throw unsupportedLayout();
    return {
      x: () => depthwiseInput(dy, spreadKernel(filter!, dilations), x!.shape, attributes),
      filter: () => {
        const dense = spreadShape(filter!.shape, dilations);
        return gatherTaps(depthwiseFilter(x!, dy, dense, attributes), dilations);
      },
    };
  },
});

const depthwiseInputGradient = defineGradient<Attributes>({
  kernelName: 'DepthwiseConv2dNativeBackpropInput',
  inputsToSave: ['dy', 'filter'],
  gradient: (ddx, [dy, filter], attributes) => ({
    dy: () => depthwise(ddx, filter!, attributes),
    filter: () => depthwiseFilter(ddx, dy!, filter!.shape, attributes),
  }),
});

const depthwiseFilterGradient = defineGradient<Attributes>({
  kernelName: 'DepthwiseConv2dNativeBackpropFilter',
  inputsToSave: ['x', 'dy'],
  gradient: (ddw, [x, dy], attributes) => ({
    x: () => depthwiseInput(dy!, ddw, x!.shape, attributes),
    dy: () => depthwise(x!, ddw, attributes),
  }),
});

export const depthwiseGradients: readonly GradientEntry[] = [
  depthwiseGradient,
  depthwiseInputGradient,
  depthwiseFilterGradient,
];

function depthwise(x: tf.Tensor, filter: tf.Tensor, attributes: Attributes): tf.Tensor {
  return runKernel('DepthwiseConv2dNative', { x, filter }, { ...common(attributes), dataFormat: 'NHWC' });
}

function depthwiseInput(
  dy: tf.Tensor,
  filter: tf.Tensor,
  inputShape: number[],
  attributes: Attributes,
): tf.Tensor {
  return runKernel(
    'DepthwiseConv2dNativeBackpropInput',
    { dy, filter },
    { ...common(attributes), inputShape },
  );
}

function depthwiseFilter(
  x: tf.Tensor,
  dy: tf.Tensor,
  filterShape: number[],
  attributes: Attributes,
): tf.Tensor {
  return runKernel('DepthwiseConv2dNativeBackpropFilter', { x, dy }, { ...common(attributes), filterShape });
}

function common({ strides, pad, dimRoundingMode }: Attributes) {
  return { strides, pad, dimRoundingMode, dilations: [1, 1] };
}

function unsupportedLayout(): TintypeError {
  return new TintypeError('E_GRADIENT_UNSUPPORTED', {
    where: 'tf.depthwiseConv2d',
    what: 'the gradient is offered for NHWC only',
    got: 'NCHW',
    remedy: 'Transpose to NHWC first',
  });
}
