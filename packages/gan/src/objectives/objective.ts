import type { tf } from '@tintype/core-tensor';

/**
 * What the two networks minimise, as pure functions of logits of any shape (one per image, or a map of patches);
 * every loss is a mean over all logits. An objective is passed beside the config, so your own is as good as ours.
 */
export interface GanObjective {
  readonly name: string;
  discriminatorLoss(realLogits: tf.Tensor, fakeLogits: tf.Tensor): tf.Scalar;
  generatorLoss(fakeLogits: tf.Tensor): tf.Scalar;
}
