import { currentEngine } from '../../engine/current-engine.ts';
import type { tf } from '../../tf.ts';
import { copyStrided, stridesOf } from '../strided-copy/copy-strided.ts';
import { defineWasmKernel, pointerTo } from '../wasm-backend.ts';

interface Attributes {
  blockSize: number;
  dataFormat: 'NHWC' | 'NCHW';
}

/** Runs of pixels move as a whole; tfjs computes the place of every value. */
export const depthToSpaceWasm = defineWasmKernel<{ x: tf.TensorInfo }, Attributes>(
  'DepthToSpace',
  (call, stock) => {
    const { x } = call.inputs;
    const { blockSize, dataFormat } = call.attrs;
    const engine = currentEngine();
    if (engine === undefined || x.dtype !== 'float32' || dataFormat !== 'NHWC') return stock(call);
    const [batch, height, width, depth] = x.shape as [number, number, number, number];
    const run = depth / blockSize;
    const shape = [batch, height * blockSize, width * blockSize, run / blockSize];
    const output = call.backend.makeOutput(shape, 'float32');
    // [batch·height, width, blockSize, run] → [batch·height, blockSize, width, run]
    const from = stridesOf([batch * height, width, blockSize, run]);
    const to = stridesOf([batch * height, blockSize, width, run]);
    copyStrided(engine, pointerTo(call.backend, x), pointerTo(call.backend, output), [
      { length: batch * height, fromStride: from[0]!, toStride: to[0]! },
      { length: blockSize, fromStride: from[2]!, toStride: to[1]! },
      { length: width, fromStride: from[1]!, toStride: to[2]! },
      { length: run, fromStride: 1, toStride: 1 },
    ]);
    return output;
  },
);
