import { currentEngine } from '../../engine/current-engine.ts';
import { tf } from '../../tf.ts';
import { defineWasmKernel, type WasmBackend, type WasmCall } from '../wasm-backend.ts';
import { shapeToChannelsLast, throughChannelsLast } from './channels-first.ts';
import { type Conv2dAttributes, convGeometry } from './geometry.ts';
import { selectAlgorithm } from './select-algorithm.ts';

interface Inputs {
  x: tf.TensorInfo;
  filter: tf.TensorInfo;
}
type Attributes = Conv2dAttributes & { dilations?: number | [number, number] };
type Call = WasmCall<Inputs, Attributes>;

/** The engine's convolution; where that cannot run tfjs's, which knows neither NCHW nor an empty batch. */
export const conv2dWasm = defineWasmKernel<Inputs, Attributes>('Conv2D', (call, stock) => {
  const { inputs, attrs, backend } = call;
  if (attrs.dataFormat !== 'NCHW') return channelsLastForward(call, stock);
  const pad = explicitPadToChannelsLast(attrs.pad);
  return throughChannelsLast(backend, [inputs.x], ([x]) =>
    channelsLastForward(
      { inputs: { x: x!, filter: inputs.filter }, attrs: { ...attrs, pad, dataFormat: 'NHWC' }, backend },
      stock,
    ),
  );
});

function channelsLastForward(
  { inputs, attrs, backend }: Call,
  stock: (call: Call) => tf.TensorInfo,
): tf.TensorInfo {
  const { x, filter } = inputs;
  if (tf.util.sizeFromShape(x.shape) === 0)
    return emptyOutput(x, filter, attrs, backend.makeOutput.bind(backend));
  return (
    forwardOnEngine(backend, x, filter, undefined, attrs) ??
    stock({ inputs, attrs: { ...attrs, dataFormat: 'NHWC' }, backend })
  );
}

/** NHWC conv(x, filter) + bias with none of the sizes 0; undefined where the engine cannot compute it. */
export function forwardOnEngine(
  backend: WasmBackend,
  x: tf.TensorInfo,
  filter: tf.TensorInfo,
  bias: tf.TensorInfo | undefined,
  attributes: Attributes,
): tf.TensorInfo | undefined {
  const engine = currentEngine();
  if (engine === undefined || !isDense(attributes.dilations)) return undefined;
  const geometry = convGeometry(x.shape, filter.shape, attributes);
  return selectAlgorithm('forward', geometry)?.forward({ backend, engine, geometry }, x, filter, bias);
}

function isDense(dilations: number | [number, number] = 1): boolean {
  return [dilations].flat().every((dilation) => dilation === 1);
}

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
