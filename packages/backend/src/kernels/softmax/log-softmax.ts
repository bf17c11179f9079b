import { currentEngine } from '../../engine/current-engine.ts';
import { asOneKernel } from '../../engine/trace-kernels.ts';
import { runKernel } from '../../gradients/engine.ts';
import { tf } from '../../tf.ts';

/**
 * ln softmax(logits) over the last axis: logits − ln Σ e^logits, [..., n] → [..., n]. One kernel on the wasm engine,
 * where tf.logSoftmax takes seven; the same as tf.logSoftmax elsewhere. Differentiable any number of times.
 */
export function logSoftmax<T extends tf.Tensor>(logits: T): T {
  const isFast = tf.getBackend() === 'wasm' && logits.dtype === 'float32' && currentEngine() !== undefined;
  if (isFast) return runKernel('LogSoftmax', { logits }) as T;
  return asOneKernel('LogSoftmax', { logits }, {}, () => tf.logSoftmax(logits));
}
