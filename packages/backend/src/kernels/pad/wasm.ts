import { currentEngine } from '../../engine/current-engine.ts';
import { tf } from '../../tf.ts';
import { copyStrided, movedBy, stridesOf } from '../strided-copy/copy-strided.ts';
import { fillOnEngine } from '../strided-copy/fill-on-engine.ts';
import { defineWasmKernel, pointerTo } from '../wasm-backend.ts';

interface Attributes {
  paddings: [number, number][];
  constantValue: number;
}

const mostRank = 5;

export const padWasm = defineWasmKernel<{ x: tf.TensorInfo }, Attributes>('PadV2', (call, stock) => {
  const { x } = call.inputs;
  const { paddings, constantValue } = call.attrs;
  const engine = currentEngine();
  if (engine === undefined || x.dtype !== 'float32' || x.shape.length > mostRank) return stock(call);
  const shape = x.shape.map((length, axis) => paddings[axis]![0] + length + paddings[axis]![1]);
  const output = call.backend.makeOutput(shape, 'float32');
  const to = pointerTo(call.backend, output);
  fillOnEngine(engine, to, tf.util.sizeFromShape(shape), constantValue);
  const [fromStrides, toStrides] = [stridesOf(x.shape), stridesOf(shape)];
  const first = paddings.reduce((at, [before], axis) => at + before * toStrides[axis]!, 0);
  const axes = x.shape.map((length, axis) => ({
    length,
    fromStride: fromStrides[axis]!,
    toStride: toStrides[axis]!,
  }));
  copyStrided(engine, pointerTo(call.backend, x), movedBy(to, first), axes);
  return output;
});
