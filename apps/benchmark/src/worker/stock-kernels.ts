import { installCorrections, tf, uninstall } from '@tintype/backend';

const backendName = 'wasm';

/** What tfjs lacks on wasm and no step can do without: made of kernels that it has. */
const lowered = /^(Conv2DBackpropFilter|DepthwiseConv2dNativeBackprop.*|.*SegmentSum|Einsum)$/;

/** Corrections that found kernels of theirs gone could not be taken off again. */
let isDone = false;

/**
 * Leaves tfjs's own kernels alone on the wasm backend: puts them back wherever we correct one or make it faster, and
 * takes ours away where an operation can do without. Once is for the life of the process.
 */
export function restoreStockKernels(): void {
  if (isDone) return;
  isDone = true;
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
