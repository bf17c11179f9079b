import type { tf } from '../../tf.ts';
import { defineKernel } from '../kernel-entry.ts';

type AddNInputs = tf.TensorInfo[];

interface WebgpuBackend {
  readonly device: { readonly limits: { readonly maxStorageBuffersPerShaderStage: number } };
  disposeData(dataId: object): boolean;
}

/** tfjs binds all terms at once, however few buffers the device can bind: the sum is then garbage. Adds in groups. */
export const addNWebgpu = defineKernel<AddNInputs, object, WebgpuBackend>({
  kernelName: 'AddN',
  backendName: 'webgpu',
  run: ({ inputs, attrs, backend }, stock) => {
    // One buffer is the sum's.
    const most = backend.device.limits.maxStorageBuffersPerShaderStage - 1;
    const add = (terms: AddNInputs) => stock({ inputs: terms, attrs, backend });
    let sum = add(inputs.slice(0, most));
    for (let first = most; first < inputs.length; first += most - 1) {
      const partial = sum;
      sum = add([partial, ...inputs.slice(first, first + most - 1)]);
      backend.disposeData(partial.dataId);
    }
    return sum;
  },
});
