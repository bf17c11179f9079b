import { currentEngine } from '../../engine/current-engine.ts';
import { tf } from '../../tf.ts';
import {
  defineWasmKernel,
  floatHeap,
  floats,
  heapStart,
  matMul,
  releaseView,
  viewOf,
  type WasmBackend,
} from '../wasm-backend.ts';
import { throughChannelsLast } from './channels-first.ts';
import { explicitPadToChannelsLast } from './forward.ts';
import { assertOutputShape, type Conv2dAttributes, type ConvGeometry, convGeometry } from './geometry.ts';
import { layOutGradients, layOutPixels, phaseGrid, tapAt } from './phase-grid.ts';
import { selectAlgorithm } from './select-algorithm.ts';

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

/** Positions of one product: long enough to be efficient, short enough for the cache and for float32 sums. */
const positionsPerChunk = 8192;

/** Sums over chunks of images, in their order. */
function filterGradient(
  backend: WasmBackend,
  x: tf.TensorInfo,
  dy: tf.TensorInfo,
  attributes: Attributes,
): tf.TensorInfo {
  const geometry = convGeometry(x.shape, attributes.filterShape, attributes);
  assertOutputShape(dy, geometry);
  const engine = currentEngine();
  if (engine !== undefined && tf.util.sizeFromShape(dy.shape) > 0 && tf.util.sizeFromShape(x.shape) > 0) {
    const algorithm = selectAlgorithm('filterGradient', geometry);
    if (algorithm !== undefined) return algorithm.filterGradient({ backend, engine, geometry }, x, dy);
  }
  const dw = backend.makeOutput(attributes.filterShape, 'float32');
  floats(backend, dw).fill(0);
  const one = phaseGrid(geometry, 1);
  const chunk = Math.max(1, Math.floor(positionsPerChunk / (one.rows * one.columns)));
  for (let image = 0; image < geometry.batch; image += chunk) {
    addChunk(backend, x, dy, dw, image, Math.min(chunk, geometry.batch - image), geometry);
  }
  return dw;
}

/** For each tap, dw[tap] += pixels[channels, positions] · gradients[positions, outChannels]. */
function addChunk(
  backend: WasmBackend,
  x: tf.TensorInfo,
  dy: tf.TensorInfo,
  dw: tf.TensorInfo,
  firstImage: number,
  images: number,
  geometry: ConvGeometry,
): void {
  const { height, width, channels, outHeight, outWidth, outChannels, kernelHeight, kernelWidth } = geometry;
  const grid = phaseGrid(geometry, images);
  const pixels = backend.makeOutput([grid.phases * channels * grid.length + grid.tail], 'float32');
  const gradients = backend.makeOutput([grid.length, outChannels], 'float32');
  floats(backend, pixels).fill(0);
  floats(backend, gradients).fill(0);
  const heap = floatHeap(backend);
  const pixelStart = heapStart(backend, pixels);
  const xStart = heapStart(backend, x) + firstImage * height * width * channels;
  layOutPixels(heap, xStart, pixelStart, geometry, grid);
  const dyStart = heapStart(backend, dy) + firstImage * outHeight * outWidth * outChannels;
  layOutGradients(heap, dyStart, heapStart(backend, gradients), geometry, grid);

  for (let tap = 0; tap < kernelHeight * kernelWidth; tap++) {
    const { phase, shift } = tapAt(Math.floor(tap / kernelWidth), tap % kernelWidth, geometry, grid);
    const start = pixelStart + phase * channels * grid.length + shift;
    const seen = viewOf(backend, [channels, grid.length], start);
    const product = matMul(backend, seen, gradients); // [channels, outChannels]
    releaseView(backend, seen);
    const size = channels * outChannels;
    addInto(floats(backend, dw).subarray(tap * size, (tap + 1) * size), floats(backend, product));
    backend.disposeData(product.dataId);
  }
  backend.disposeData(pixels.dataId);
  backend.disposeData(gradients.dataId);
}

function addInto(sums: Float32Array, parts: Float32Array): void {
  for (let i = 0; i < sums.length; i++) sums[i] = sums[i]! + parts[i]!;
}
