import type { Engine } from '../../engine/engine.ts';
import { tf } from '../../tf.ts';
import { pointerTo, type WasmBackend } from '../wasm-backend.ts';

/** Values of one item of the engine's value-by-value kernels. */
export const blockLength = 1024;
/** Items that one thread takes at a time. */
const blocksAtOnce = 16;

/** Runs a kernel [...inputs, output, count] on float32 tensors of one shape; gives a new tensor of that shape. */
export function mapValues(
  engine: Engine,
  backend: WasmBackend,
  kernel: string,
  inputs: readonly tf.TensorInfo[],
  floats?: readonly number[],
): tf.TensorInfo {
  const { shape } = inputs[0]!;
  const output = backend.makeOutput(shape, 'float32');
  const count = tf.util.sizeFromShape(shape);
  const ints = [...inputs, output].map((tensor) => pointerTo(backend, tensor));
  engine.run(kernel, {
    ints: [...ints, count],
    floats,
    items: Math.ceil(count / blockLength),
    grain: blocksAtOnce,
  });
  return output;
}
