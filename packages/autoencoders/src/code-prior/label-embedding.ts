import { createEmbedding, normal, type ParameterScope, type tf } from '@tintype/core-tensor';

/** Labels int32 [b], −1 for none → [b, 1, size]. */
export type LabelEmbedding = (labels: tf.Tensor1D) => tf.Tensor3D;

/** A table `weight` [numClasses + 1, size], whose first row stands for no label. */
export function createLabelEmbedding(
  scope: ParameterScope,
  { numClasses, size }: { readonly numClasses: number; readonly size: number },
): LabelEmbedding {
  const embed = createEmbedding(scope, { count: numClasses + 1, size, initializer: normal(0.02) });
  return (labels) => embed(labels.add(1).toInt()).expandDims<tf.Tensor3D>(1);
}
