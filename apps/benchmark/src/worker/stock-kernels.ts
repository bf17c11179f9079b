import { installCorrections, tf, uninstall } from '@tintype/backend';

const backendName = 'wasm';

/** What tfjs lacks on wasm and no step can do without: made of kernels that it has. */
const lowered = /^(Conv2DBackpropFilter|DepthwiseConv2dNativeBackprop.*|.*SegmentSum|Einsum)$/;

/**
 * Leaves tfjs's own kernels alone on the wasm backend: puts them back wherever we correct one or make it faster, and
 * takes ours away where an operation can do without.
 */
export function restoreStockKernels(): void {
  uninstall();
  const stock = new Map(tf.getKernelsForBackend(backendName).map((kernel) => [kernel.kernelName, kernel]));
  installCorrections(backendName);
  for (const { kernelName } of tf.getKernelsForBackend(backendName)) {
    const own = stock.get(kernelName);
    if (own === undefined && lowered.test(kernelName)) continue;
    tf.unregisterKernel(kernelName, backendName);
    if (own !== undefined) tf.registerKernel(own);
  }
}
