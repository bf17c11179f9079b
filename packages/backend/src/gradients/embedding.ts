import { tf } from '../tf.ts';

/**
 * Looks rows up: `table` [count, width] and int32 `indices` of any shape give [...indices.shape, width]. The
 * gradient sums equal indices in a fixed order, so equal steps give equal bits on every backend, and is itself
 * differentiable. cpu and wasm throw on an index outside [0, count), WebGPU gives zeros: check labels before.
 */
export function embedding(table: tf.Tensor2D, indices: tf.Tensor): tf.Tensor {
  return tf.gather(table, tf.cast(indices, 'int32') as tf.Tensor1D);
}
