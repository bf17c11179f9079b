import { tf } from '../../tf.ts';
import { defineWasmKernel } from '../wasm-backend.ts';
import { shapeToChannelsLast, throughChannelsLast } from './channels-first.ts';
import type { Conv2dAttributes } from './geometry.ts';

interface Inputs {
  x: tf.TensorInfo;
  filter: tf.TensorInfo;
}
type Attributes = Conv2dAttributes & { dilations?: number | [number, number] };

/** tfjs's own convolution, which knows neither NCHW nor an empty batch. */
export const conv2dWasm = defineWasmKernel<Inputs, Attributes>(
  'Conv2D',
  ({ inputs, attrs, backend }, stock) => {
    const run = (x: tf.TensorInfo) => {
      if (tf.util.sizeFromShape(x.shape) === 0)
        return emptyOutput(x, inputs.filter, attrs, backend.makeOutput.bind(backend));
      return stock({
        inputs: { x, filter: inputs.filter },
        attrs: { ...attrs, dataFormat: 'NHWC' },
        backend,
      });
    };
    if (attrs.dataFormat !== 'NCHW') return run(inputs.x);
    const pad = explicitPadToChannelsLast(attrs.pad);
    return throughChannelsLast(backend, [inputs.x], ([x]) =>
      stock({
        inputs: { x: x!, filter: inputs.filter },
        attrs: { ...attrs, pad, dataFormat: 'NHWC' },
        backend,
      }),
    );
  },
);

/** Explicit paddings follow the layout of the image. */
export function explicitPadToChannelsLast(pad: Conv2dAttributes['pad']): Conv2dAttributes['pad'] {
  if (!Array.isArray(pad)) return pad;
  return shapeToChannelsLast([0, 1, 2, 3]).map((axis) => pad[axis]!);
}

function emptyOutput(
  x: tf.TensorInfo,
  filter: tf.TensorInfo,
  { strides, dilations = 1, pad, dimRoundingMode }: Attributes,
  makeOutput: (shape: number[], dtype: tf.DataType) => tf.TensorInfo,
): tf.TensorInfo {
  type Shape4 = [number, number, number, number];
  const info = tf.backend_util.computeConv2DInfo(
    x.shape as Shape4,
    filter.shape as Shape4,
    strides,
    dilations,
    pad as 'same',
    dimRoundingMode,
  );
  return makeOutput(info.outShape, 'float32');
}
