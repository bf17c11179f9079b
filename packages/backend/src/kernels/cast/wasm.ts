import type { tf } from '../../tf.ts';
import { callWasmKernel, defineWasmKernel } from '../wasm-backend.ts';

/** A cast to the same dtype shares the values. A cast to bool is x ≠ 0, where tfjs would cut 0.5 to false. */
export const castWasm = defineWasmKernel<{ x: tf.TensorInfo }, { dtype: tf.DataType }>(
  'Cast',
  ({ inputs: { x }, attrs, backend }, stock) => {
    if (x.dtype === attrs.dtype) return callWasmKernel(backend, 'Identity', { x }, {});
    if (attrs.dtype !== 'bool') return stock({ inputs: { x }, attrs, backend });
    const output = backend.makeOutput(x.shape, 'bool');
    const from = backend.typedArrayFromHeap(x);
    const to = backend.typedArrayFromHeap(output);
    for (let i = 0; i < to.length; i++) to[i] = from[i] === 0 ? 0 : 1;
    return output;
  },
);
