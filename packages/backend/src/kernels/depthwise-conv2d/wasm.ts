import type { tf } from '../../tf.ts';
import { type Conv2dAttributes, type ConvGeometry, convGeometry } from '../conv2d/geometry.ts';
import type { KernelEntry } from '../kernel-entry.ts';
import { defineWasmKernel, floats } from '../wasm-backend.ts';

// The two gradients of a depthwise convolution, which tfjs's wasm backend lacks. Kernels are
// [h, w, channels, multiplier], and output channel c·multiplier + m sees input channel c only.

export const depthwiseConv2dKernels: readonly KernelEntry[] = [
  defineWasmKernel<{ dy: tf.TensorInfo; filter: tf.TensorInfo }, Conv2dAttributes & { inputShape: number[] }>(
    'DepthwiseConv2dNativeBackpropInput',
    ({ inputs, attrs, backend }) => {
      const geometry = convGeometry(attrs.inputShape, inputs.filter.shape, attrs, true);
      const output = backend.makeOutput(attrs.inputShape, 'float32');
      const dx = floats(backend, output).fill(0);
      const dy = floats(backend, inputs.dy);
      const filter = floats(backend, inputs.filter);
      forEachTap(geometry, (xi, yi, wi) => {
        dx[xi] = dx[xi]! + dy[yi]! * filter[wi]!;
      });
      return output;
    },
  ),
  defineWasmKernel<{ x: tf.TensorInfo; dy: tf.TensorInfo }, Conv2dAttributes & { filterShape: number[] }>(
    'DepthwiseConv2dNativeBackpropFilter',
    ({ inputs, attrs, backend }) => {
      const geometry = convGeometry(inputs.x.shape, attrs.filterShape, attrs, true);
      const output = backend.makeOutput(attrs.filterShape, 'float32');
      const dw = floats(backend, output).fill(0);
      const x = floats(backend, inputs.x);
      const dy = floats(backend, inputs.dy);
      forEachTap(geometry, (xi, yi, wi) => {
        dw[wi] = dw[wi]! + x[xi]! * dy[yi]!;
      });
      return output;
    },
  ),
];

/** Visits every product x[xi] · w[wi] that enters y[yi]. */
function forEachTap(geometry: ConvGeometry, visit: (xi: number, yi: number, wi: number) => void): void {
  const { batch, height, width, channels, outHeight, outWidth, outChannels } = geometry;
  const { kernelHeight, kernelWidth, strideHeight, strideWidth, padTop, padLeft } = geometry;
  const multiplier = channels === 0 ? 0 : outChannels / channels;
  for (let position = 0; position < batch * outHeight * outWidth; position++) {
    const outX = position % outWidth;
    const outY = Math.floor(position / outWidth) % outHeight;
    const image = Math.floor(position / (outWidth * outHeight));
    for (let tap = 0; tap < kernelHeight * kernelWidth; tap++) {
      const y = outY * strideHeight - padTop + Math.floor(tap / kernelWidth);
      const x = outX * strideWidth - padLeft + (tap % kernelWidth);
      if (y < 0 || y >= height || x < 0 || x >= width) continue;
      const pixel = ((image * height + y) * width + x) * channels;
      for (let o = 0; o < outChannels; o++) {
        visit(pixel + Math.floor(o / multiplier), position * outChannels + o, tap * outChannels + o);
      }
    }
  }
}
