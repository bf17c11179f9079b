import type { BackendName } from '../device/backend-info.ts';
import type { tf } from '../tf.ts';

/** What tfjs calls to run a kernel, with inputs, attributes and backend typed by the kernel. */
export interface KernelCall<Inputs, Attributes, Backend> {
  inputs: Inputs;
  attrs: Attributes;
  backend: Backend;
}

/** One kernel that we provide for one backend. */
export interface KernelEntry {
  kernelName: string;
  backendName: BackendName;
  /** Makes the kernel; `stock` is tfjs's own, where there is one, for the cases that we leave to it. */
  create: (stock: tf.KernelFunc | undefined) => tf.KernelFunc;
}

interface KernelDefinition<Inputs, Attributes, Backend> {
  kernelName: string;
  backendName: BackendName;
  run: (
    call: KernelCall<Inputs, Attributes, Backend>,
    stock: (call: KernelCall<Inputs, Attributes, Backend>) => tf.TensorInfo,
  ) => tf.TensorInfo | tf.TensorInfo[];
}

export function defineKernel<Inputs, Attributes, Backend>(
  definition: KernelDefinition<Inputs, Attributes, Backend>,
): KernelEntry {
  const { kernelName, backendName, run } = definition;
  return {
    kernelName,
    backendName,
    create: (stock) => (call) =>
      run(call as unknown as KernelCall<Inputs, Attributes, Backend>, stock as never),
  };
}
