import { currentEngine } from '../../engine/current-engine.ts';
import { tf } from '../../tf.ts';
import {
  callWasmKernel,
  defineWasmKernel,
  floatHeap,
  floats,
  heapStart,
  matMul,
  transposed,
  type WasmBackend,
  withShape,
} from '../wasm-backend.ts';
import { shapeToChannelsLast, throughChannelsLast } from './channels-first.ts';
import { explicitPadToChannelsLast } from './forward.ts';
import {
  assertOutputShape,
  type Conv2dAttributes,
  type ConvGeometry,
  convGeometry,
  imagesPerChunk,
  patchSize,
} from './geometry.ts';
import { addPatches } from './patches.ts';
import { selectAlgorithm } from './select-algorithm.ts';

interface Inputs {
  dy: tf.TensorInfo;
  filter: tf.TensorInfo;
}
type Attributes = Conv2dAttributes & { inputShape: number[] };

/** dx of a convolution, which is also tf.conv2dTranspose. tfjs's own kernel is a plain loop, 20 times slower. */
export const conv2dInputGradientWasm = defineWasmKernel<Inputs, Attributes>(
  'Conv2DBackpropInput',
  ({ inputs: { dy, filter }, attrs, backend }) => {
    if (attrs.dataFormat !== 'NCHW') return inputGradient(backend, dy, filter, attrs);
    const inputShape = shapeToChannelsLast(attrs.inputShape);
    const pad = explicitPadToChannelsLast(attrs.pad);
    return throughChannelsLast(backend, [dy], ([image]) =>
      inputGradient(backend, image!, filter, { ...attrs, inputShape, pad }),
    );
  },
);

function inputGradient(
  backend: WasmBackend,
  dy: tf.TensorInfo,
  filter: tf.TensorInfo,
  attributes: Attributes,
) {
  const geometry = convGeometry(attributes.inputShape, filter.shape, attributes);
  assertOutputShape(dy, geometry);
  const engine = currentEngine();
  const isEmpty = tf.util.sizeFromShape(dy.shape) === 0 || tf.util.sizeFromShape(filter.shape) === 0;
  if (engine !== undefined && !isEmpty) {
    const algorithm = selectAlgorithm('inputGradient', geometry);
    if (algorithm !== undefined) return algorithm.inputGradient({ backend, engine, geometry }, dy, filter);
  }
  const isDense = geometry.strideHeight === 1 && geometry.strideWidth === 1;
  const isInside = geometry.padTop < geometry.kernelHeight && geometry.padLeft < geometry.kernelWidth;
  if (isDense && isInside && tf.util.sizeFromShape(dy.shape) > 0) {
    return flippedConvolution(backend, dy, filter, geometry);
  }
  return sumOfPatches(backend, dy, filter, geometry);
}

/** With stride 1, dx is the convolution of dy with the kernel turned by 180° and its channels exchanged. */
function flippedConvolution(
  backend: WasmBackend,
  dy: tf.TensorInfo,
  filter: tf.TensorInfo,
  geometry: ConvGeometry,
): tf.TensorInfo {
  const { height, width, outHeight, outWidth, kernelHeight, kernelWidth, padTop, padLeft } = geometry;
  const flipped = flippedFilter(backend, filter, geometry);
  const top = kernelHeight - 1 - padTop;
  const left = kernelWidth - 1 - padLeft;
  const pad = [
    [0, 0],
    [top, height + kernelHeight - 1 - outHeight - top],
    [left, width + kernelWidth - 1 - outWidth - left],
    [0, 0],
  ];
  const attributes = { strides: 1, pad, dilations: 1, dataFormat: 'NHWC' };
  const dx = callWasmKernel(backend, 'Conv2D', { x: dy, filter: flipped }, attributes);
  backend.disposeData(flipped.dataId);
  return dx;
}

/** [h, w, in, out] → [h, w, out, in], turned by 180°. */
function flippedFilter(backend: WasmBackend, filter: tf.TensorInfo, geometry: ConvGeometry): tf.TensorInfo {
  const { kernelHeight, kernelWidth, channels, outChannels } = geometry;
  const flipped = backend.makeOutput([kernelHeight, kernelWidth, outChannels, channels], 'float32');
  const from = floats(backend, filter);
  const to = floats(backend, flipped);
  const taps = kernelHeight * kernelWidth;
  for (let tap = 0; tap < taps; tap++) {
    const source = tap * channels * outChannels;
    const target = (taps - 1 - tap) * channels * outChannels;
    for (let i = 0; i < channels; i++) {
      for (let o = 0; o < outChannels; o++)
        to[target + o * channels + i] = from[source + i * outChannels + o]!;
    }
  }
  return flipped;
}

/** In general, dy · wᵀ is the gradient of the patches; each of its values is added to the pixel it came from. */
function sumOfPatches(
  backend: WasmBackend,
  dy: tf.TensorInfo,
  filter: tf.TensorInfo,
  geometry: ConvGeometry,
): tf.TensorInfo {
  const { batch, height, width, channels, outHeight, outWidth, outChannels } = geometry;
  const dx = backend.makeOutput([batch, height, width, channels], 'float32');
  floats(backend, dx).fill(0);
  const size = patchSize(geometry);
  const filterRows = transposed(backend, withShape(filter, [size, outChannels]), [1, 0]);
  const chunk = imagesPerChunk(geometry);
  for (let image = 0; image < batch; image += chunk) {
    const images = Math.min(chunk, batch - image);
    const rows = images * outHeight * outWidth;
    const dyRows = backend.makeOutput([rows, outChannels], 'float32');
    const dyStart = heapStart(backend, dy) + image * outHeight * outWidth * outChannels;
    floatHeap(backend).copyWithin(heapStart(backend, dyRows), dyStart, dyStart + rows * outChannels);
    const patches = matMul(backend, dyRows, filterRows); // [rows, kernelHeight·kernelWidth·channels]
    const dxStart = heapStart(backend, dx) + image * height * width * channels;
    addPatches(floatHeap(backend), heapStart(backend, patches), dxStart, images, geometry);
    backend.disposeData(dyRows.dataId);
    backend.disposeData(patches.dataId);
  }
  backend.disposeData(filterRows.dataId);
  return dx;
}
