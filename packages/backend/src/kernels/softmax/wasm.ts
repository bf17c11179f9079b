import { currentEngine } from '../../engine/current-engine.ts';
import type { tf } from '../../tf.ts';
import type { KernelEntry } from '../kernel-entry.ts';
import { defineWasmKernel, pointerTo, type WasmBackend } from '../wasm-backend.ts';

/** Values that are worth handing to another thread. */
const floatsOfItem = 2 ** 13;

function alongRows(backend: WasmBackend, kernel: string, inputs: readonly tf.TensorInfo[]): tf.TensorInfo {
  const { shape } = inputs[0]!;
  const output = backend.makeOutput(shape, 'float32');
  const size = shape.at(-1) ?? 1;
  const rows = size === 0 ? 0 : shape.reduce((product, length) => product * length, 1) / size;
  const ints = [...inputs, output].map((tensor) => pointerTo(backend, tensor));
  const grain = Math.max(1, Math.ceil(floatsOfItem / size));
  currentEngine()!.run(kernel, { ints: [...ints, size], items: rows, grain });
  return output;
}

const forward = defineWasmKernel<{ logits: tf.TensorInfo }, object>('Softmax', (call, stock) => {
  const { logits } = call.inputs;
  if (currentEngine() === undefined || logits.dtype !== 'float32') return stock(call);
  return alongRows(call.backend, 'softmax', [logits]);
});

const logForward = defineWasmKernel<{ logits: tf.TensorInfo }, object>('LogSoftmax', ({ inputs, backend }) =>
  alongRows(backend, 'logSoftmax', [inputs.logits]),
);

const backward = (['softmaxGradient', 'logSoftmaxGradient'] as const).map((kernel) =>
  defineWasmKernel<{ y: tf.TensorInfo; dy: tf.TensorInfo }, object>(
    `Tintype${kernel[0]!.toUpperCase()}${kernel.slice(1)}`,
    ({ inputs: { y, dy }, backend }) => alongRows(backend, kernel, [y, dy]),
  ),
);

export const softmaxKernels: readonly KernelEntry[] = [forward, logForward, ...backward];
