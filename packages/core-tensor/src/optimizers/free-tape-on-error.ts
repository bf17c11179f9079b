import { tf } from '@tintype/backend';

/**
 * Runs a gradient computation and, where it throws, frees what its tape has saved. tfjs frees a tape only at the end of
 * the backward pass, so an error in the loss or in a gradient would leak every activation. The tape of an outer
 * gradient is left to that one.
 */
export function freeTapeOnError<T>(compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    const { state } = tf.engine();
    if (state.gradientDepth === 0) {
      for (const node of state.activeTape ?? []) tf.dispose(node.saved ?? []);
      state.activeTape = [];
    }
    throw error;
  }
}
