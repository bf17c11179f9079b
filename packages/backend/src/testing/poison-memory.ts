import { tf } from '../tf.ts';

/**
 * Fills freed memory of the current backend with NaN, where the next outputs of about `size` values will lie: a kernel
 * that leaves part of its output unwritten then fails its test, instead of showing what an earlier call had left.
 */
export function poisonMemory(size: number): void {
  const tensors = [0, 1, 2].map(() => tf.tensor1d(new Float32Array(Math.max(1, size)).fill(Number.NaN)));
  // On wasm the values are copied into the heap here.
  tf.dispose(tensors);
}
