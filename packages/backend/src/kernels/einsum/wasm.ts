import { gradientRefused } from '../../gradients/refusals.ts';
import { defineWasmKernel } from '../wasm-backend.ts';

/** tfjs's wasm backend has no Einsum at all; the refusal says what to use, as its gradient does elsewhere. */
export const einsumWasm = defineWasmKernel('Einsum', () => {
  throw gradientRefused('tf.einsum on wasm', 'Use tf.matMul with tf.transpose and tf.reshape');
});
