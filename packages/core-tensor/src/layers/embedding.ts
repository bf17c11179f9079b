import { tf } from '@tintype/backend';
import type { ParameterScope } from '../parameters/create-parameters.ts';
import { type Initializer, normal } from '../parameters/initializers.ts';
import { assertPositiveIntegers } from './assert-options.ts';

export interface EmbeddingOptions {
  /** Rows of the table. */
  count: number;
  size: number;
  /** @default normal(): N(0, 1), PyTorch's start */
  initializer?: Initializer;
}

/** Indices int32 [...] in [0, count) → [..., size]; an index outside gives zeros (check labels at the entry). */
export type Embedding = (indices: tf.Tensor) => tf.Tensor;

/**
 * A table `weight` [count, size] looked up by index. The lookup is a product with one-hot rows: the same order of sums
 * every time, on every backend, and twice differentiable.
 */
export function createEmbedding(scope: ParameterScope, options: EmbeddingOptions): Embedding {
  const { count, size, initializer = normal() } = options;
  assertPositiveIntegers('createEmbedding', { count, size });
  const weight = scope.create('weight', [count, size], { initializer }) as unknown as tf.Tensor2D;

  return (indices) =>
    tf.tidy(() => {
      const rows = tf.oneHot(tf.reshape(indices, [-1]) as tf.Tensor1D, count); // [n, count]
      return tf.reshape(tf.matMul(tf.cast(rows, 'float32'), weight), [...indices.shape, size]);
    });
}
