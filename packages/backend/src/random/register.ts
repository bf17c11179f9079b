import type { BackendName } from '../device/backend-info.ts';
import { tf } from '../tf.ts';
import { allocateOnCpu, allocateOnWasm, hostKernels } from './host-kernels.ts';
import { webgpuKernels } from './webgpu-kernels.ts';

const kernelsOf: Record<BackendName, () => tf.KernelConfig[]> = {
  cpu: () => hostKernels('cpu', allocateOnCpu),
  wasm: () => hostKernels('wasm', allocateOnWasm),
  webgpu: webgpuKernels,
};

/** Registers the random kernels of a backend, once per process. */
export function registerRandomKernels(backendName: BackendName): void {
  for (const kernel of kernelsOf[backendName]()) {
    const existing = tf.getKernel(kernel.kernelName, backendName);
    if (existing === undefined || existing === null) tf.registerKernel(kernel);
  }
}
