import type { tf } from '../../tf.ts';
import {
  defineWasmKernel,
  floatHeap,
  floats,
  heapStart,
  matMul,
  transposed,
  type WasmBackend,
  withShape,
} from '../wasm-backend.ts';
import { throughChannelsLast } from './channels-first.ts';
import { explicitPadToChannelsLast } from './forward.ts';
import {
  type Conv2dAttributes,
  type ConvGeometry,
  convGeometry,
  imagesPerChunk,
  patchSize,
} from './geometry.ts';
import { copyPatches } from './patches.ts';

interface Inputs {
  x: tf.TensorInfo;
  dy: tf.TensorInfo;
}
type Attributes = Conv2dAttributes & { filterShape: number[] };

/** dw of a convolution, which tfjs's wasm backend lacks. An empty batch gives zeros. */
export const conv2dFilterGradientWasm = defineWasmKernel<Inputs, Attributes>(
  'Conv2DBackpropFilter',
  ({ inputs: { x, dy }, attrs, backend }) => {
    if (attrs.dataFormat !== 'NCHW') return filterGradient(backend, x, dy, attrs);
    const pad = explicitPadToChannelsLast(attrs.pad);
    const compute = ([images, gradients]: tf.TensorInfo[]) =>
      filterGradient(backend, images!, gradients!, { ...attrs, pad });
    return throughChannelsLast(backend, [x, dy], compute, false);
  },
);

/** dwᵀ = dyᵀ · patches(x), summed over chunks of images in their order. */
function filterGradient(
  backend: WasmBackend,
  x: tf.TensorInfo,
  dy: tf.TensorInfo,
  attributes: Attributes,
): tf.TensorInfo {
  const geometry = convGeometry(x.shape, attributes.filterShape, attributes);
  const size = patchSize(geometry);
  const sum = backend.makeOutput([geometry.outChannels, size], 'float32');
  floats(backend, sum).fill(0);
  const chunk = imagesPerChunk(geometry);
  for (let image = 0; image < geometry.batch; image += chunk) {
    const images = Math.min(chunk, geometry.batch - image);
    const part = chunkGradient(backend, x, dy, image, images, geometry);
    const sums = floats(backend, sum);
    const parts = floats(backend, part);
    for (let i = 0; i < sums.length; i++) sums[i] = sums[i]! + parts[i]!;
    backend.disposeData(part.dataId);
  }
  const dw = transposed(backend, sum, [1, 0]);
  backend.disposeData(sum.dataId);
  return withShape(dw, attributes.filterShape);
}

/** dyᵀ · patches(x) of some images: [outChannels, kernelHeight·kernelWidth·channels] */
function chunkGradient(
  backend: WasmBackend,
  x: tf.TensorInfo,
  dy: tf.TensorInfo,
  firstImage: number,
  images: number,
  geometry: ConvGeometry,
): tf.TensorInfo {
  const { height, width, channels, outHeight, outWidth, outChannels } = geometry;
  const rows = images * outHeight * outWidth;
  const patches = backend.makeOutput([rows, patchSize(geometry)], 'float32');
  const dyColumns = backend.makeOutput([outChannels, rows], 'float32');
  const heap = floatHeap(backend);
  const imageStart = heapStart(backend, x) + firstImage * height * width * channels;
  copyPatches(heap, imageStart, heapStart(backend, patches), images, geometry);
  const dyStart = heapStart(backend, dy) + firstImage * outHeight * outWidth * outChannels;
  transposeInto(heap, dyStart, heapStart(backend, dyColumns), rows, outChannels);
  const gradient = matMul(backend, dyColumns, patches);
  backend.disposeData(patches.dataId);
  backend.disposeData(dyColumns.dataId);
  return gradient;
}

/** [rows, columns] at `from` to [columns, rows] at `to`. */
function transposeInto(heap: Float32Array, from: number, to: number, rows: number, columns: number): void {
  let source = from;
  for (let row = 0; row < rows; row++) {
    for (let target = to + row, i = 0; i < columns; i++, target += rows) heap[target] = heap[source++]!;
  }
}
