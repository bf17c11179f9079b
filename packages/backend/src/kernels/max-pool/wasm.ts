import { tf } from '../../tf.ts';
import { defineWasmKernel, floats } from '../wasm-backend.ts';

interface Inputs {
  dy: tf.TensorInfo;
  input: tf.TensorInfo;
}

interface Attributes {
  filterSize: number | [number, number];
  strides: number | [number, number];
  pad: 'same' | 'valid' | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/**
 * dx of tf.maxPool: each dy goes to the first maximum of its window. tfjs's wasm kernel starts its search at zero,
 * so a window of negative values sends its gradient to the wrong pixel.
 */
export const maxPoolGradWasm = defineWasmKernel<Inputs, Attributes>(
  'MaxPoolGrad',
  ({ inputs, attrs, backend }) => {
    const { filterSize, strides, pad, dimRoundingMode } = attrs;
    const shape = inputs.input.shape as [number, number, number, number];
    const info = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
    const output = backend.makeOutput(shape, 'float32');
    const dx = floats(backend, output).fill(0);
    const dy = floats(backend, inputs.dy);
    const x = floats(backend, inputs.input);
    const { inHeight, inWidth, inChannels, outHeight, outWidth } = info;
    const rows = windows(outHeight, info.strideHeight, info.filterHeight, info.padInfo.top, inHeight);
    const columns = windows(outWidth, info.strideWidth, info.filterWidth, info.padInfo.left, inWidth);
    let position = 0;
    for (let image = 0; image < info.batchSize; image++) {
      for (const [top, bottom] of rows) {
        for (const [left, right] of columns) {
          for (let channel = 0; channel < inChannels; channel++, position++) {
            const at = (row: number, column: number) =>
              ((image * inHeight + row) * inWidth + column) * inChannels + channel;
            let best = at(top, left);
            for (let row = top; row < bottom; row++) {
              for (let i = at(row, left); i < at(row, right); i += inChannels) if (x[i]! > x[best]!) best = i;
            }
            dx[best] = dx[best]! + dy[position]!;
          }
        }
      }
    }
    return output;
  },
);

/** First and end position inside the image of each window along one axis. */
function windows(count: number, stride: number, size: number, before: number, length: number) {
  return Array.from({ length: count }, (_, i): [number, number] => {
    const start = i * stride - before;
    return [Math.max(0, start), Math.min(length, start + size)];
  });
}
