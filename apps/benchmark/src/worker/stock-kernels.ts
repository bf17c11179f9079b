import { installCorrections, tf, uninstall } from '@tintype/backend';

const backendName = 'wasm';

/**
 * Puts tfjs's own kernels back wherever it has one, in place of what we correct or speed up without an engine of our
 * own. What it lacks, such as the filter's gradient of a convolution, stays lowered.
 */
export function restoreStockKernels(): void {
  uninstall();
  const stock = new Map(tf.getKernelsForBackend(backendName).map((kernel) => [kernel.kernelName, kernel]));
  installCorrections(backendName);
  for (const { kernelName } of tf.getKernelsForBackend(backendName)) {
    const own = stock.get(kernelName);
    if (own === undefined) continue;
    tf.unregisterKernel(kernelName, backendName);
    tf.registerKernel(own);
  }
}
