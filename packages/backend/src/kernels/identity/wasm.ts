import type { tf } from '../../tf.ts';
import { defineWasmKernel } from '../wasm-backend.ts';

/** A tensor's values never change, so a copy may share them; tfjs copies all of them on each save for the tape. */
export const identityWasm = defineWasmKernel<{ x: tf.TensorInfo }, object>(
  'Identity',
  ({ inputs: { x }, attrs, backend }, stock) => {
    if (x.dtype === 'string') return stock({ inputs: { x }, attrs, backend });
    backend.incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  },
);
