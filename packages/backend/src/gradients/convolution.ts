import type { tf } from '../tf.ts';
import { runKernel } from './engine.ts';
import { defineGradient, type GradientEntry } from './gradient-entry.ts';
import { spreadAlongAxis, takeEveryAlongAxis } from './spread.ts';

// The convolution triple. For y = conv(x, w), with dx = conv_x(dy, w) and dw = conv_w(x, dy), the number
// ⟨y, dy⟩ is linear in each of x, w and dy. So each of the three is the gradient of another, and the three
// entries below are differentiable any number of times.

type Padding = 'same' | 'valid' | number | [number, number][];

export interface ConvolutionAttributes {
  strides: number | [number, number];
  pad: Padding;
  dataFormat?: 'NHWC' | 'NCHW';
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}
type WithDilations = ConvolutionAttributes & { dilations?: number | [number, number] };

/** y = conv(x, w). A dilated kernel is the dense one with zeros between its taps. */
const conv2dGradient = defineGradient<WithDilations>({
  kernelName: 'Conv2D',
  inputsToSave: ['x', 'filter'],
  gradient: (dy, [x, filter], attributes) => ({
    x: () => convInput(dy, spreadKernel(filter!, attributes.dilations), x!.shape, attributes),
    filter: () => {
      const dense = spreadShape(filter!.shape, attributes.dilations);
      return gatherTaps(convFilter(x!, dy, dense, attributes), attributes.dilations);
    },
  }),
});

/** dx = conv_x(dy, w); also what tf.conv2dTranspose computes. `ddx` is the incoming gradient. */
const convInputGradient = defineGradient<ConvolutionAttributes>({
  kernelName: 'Conv2DBackpropInput',
  inputsToSave: ['dy', 'filter'],
  gradient: (ddx, [dy, filter], attributes) => ({
    dy: () => conv(ddx, filter!, attributes),
    filter: () => convFilter(ddx, dy!, filter!.shape, attributes),
  }),
});

/** dw = conv_w(x, dy). `ddw` is the incoming gradient. */
const convFilterGradient = defineGradient<ConvolutionAttributes>({
  kernelName: 'Conv2DBackpropFilter',
  inputsToSave: ['x', 'dy'],
  gradient: (ddw, [x, dy], attributes) => ({
    x: () => convInput(dy!, ddw, x!.shape, attributes),
    dy: () => conv(x!, ddw, attributes),
  }),
});

export const convolutionGradients: readonly GradientEntry[] = [
  conv2dGradient,
  convInputGradient,
  convFilterGradient,
];

function conv(x: tf.Tensor, filter: tf.Tensor, attributes: ConvolutionAttributes): tf.Tensor {
  return runKernel('Conv2D', { x, filter }, { ...common(attributes), dilations: 1 });
}

export function convInput(
  dy: tf.Tensor,
  filter: tf.Tensor,
  inputShape: number[],
  attributes: ConvolutionAttributes,
): tf.Tensor {
  return runKernel('Conv2DBackpropInput', { dy, filter }, { ...common(attributes), inputShape });
}

export function convFilter(
  x: tf.Tensor,
  dy: tf.Tensor,
  filterShape: number[],
  attributes: ConvolutionAttributes,
): tf.Tensor {
  return runKernel('Conv2DBackpropFilter', { x, dy }, { ...common(attributes), filterShape });
}

function common({ strides, pad, dataFormat = 'NHWC', dimRoundingMode }: ConvolutionAttributes) {
  return { strides, pad, dataFormat, dimRoundingMode };
}

/** The dense kernel that a dilated one stands for: `dilation − 1` zeros between taps. */
export function spreadKernel(filter: tf.Tensor, dilations: number | [number, number] = 1): tf.Tensor {
  const [rows, columns] = pair(dilations);
  return spreadAlongAxis(spreadAlongAxis(filter, 0, rows), 1, columns);
}

export function spreadShape(shape: number[], dilations: number | [number, number] = 1): number[] {
  const [rows, columns] = pair(dilations);
  return [(shape[0]! - 1) * rows + 1, (shape[1]! - 1) * columns + 1, ...shape.slice(2)];
}

/** The taps of a dilated kernel, out of the gradient of the dense one. */
export function gatherTaps(dense: tf.Tensor, dilations: number | [number, number] = 1): tf.Tensor {
  const [rows, columns] = pair(dilations);
  return takeEveryAlongAxis(takeEveryAlongAxis(dense, 0, rows), 1, columns);
}

function pair(value: number | [number, number]): [number, number] {
  return typeof value === 'number' ? [value, value] : value;
}
