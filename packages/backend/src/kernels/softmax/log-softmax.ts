import { currentEngine } from '../../engine/current-engine.ts';
import { runKernel } from '../../gradients/engine.ts';
import { tf } from '../../tf.ts';

/**
 * ln softmax(logits) over the last axis: logits − ln Σ e^logits, [..., n] → [..., n]. One kernel on the wasm engine,
 * where tf.logSoftmax takes seven; the same as tf.logSoftmax elsewhere. Differentiable any number of times.
 */
export function logSoftmax<T extends tf.Tensor>(logits: T): T {
  const isFast = tf.getBackend() === 'wasm' && logits.dtype === 'float32' && currentEngine() !== undefined;
  return isFast ? (runKernel('LogSoftmax', { logits }) as T) : tf.logSoftmax(logits);
}
