import { embedding, tf } from '@tintype/backend';
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

/** Indices int32 [...] in [0, count) → [..., size]. Check labels before: WebGPU gives zeros for others, cpu and wasm throw. */
export type Embedding = (indices: tf.Tensor) => tf.Tensor;

/** A table `weight` [count, size] looked up by index; gradients of equal indices are summed in a fixed order. */
export function createEmbedding(scope: ParameterScope, options: EmbeddingOptions): Embedding {
  const { count, size, initializer = normal() } = options;
  assertPositiveIntegers('createEmbedding', { count, size });
  const weight = scope.create('weight', [count, size], { initializer });
  return (indices) => tf.tidy(() => embedding(weight as tf.Tensor as tf.Tensor2D, indices));
}
