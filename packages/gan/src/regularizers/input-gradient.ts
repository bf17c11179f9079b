import { tf } from '@tintype/core-tensor';

/** Images [b, …] → logits. Samples must not influence each other: no batch statistics. */
export type Critic = (images: tf.Tensor) => tf.Tensor;

/**
 * Squared length of each sample's gradient of Σ logits by its own input: [b]. Differentiable again, so that a penalty
 * on it trains the critic.
 */
export function squaredGradientNorms(critic: Critic, images: tf.Tensor): tf.Tensor1D {
  return tf.tidy(() => {
    const gradient = tf.grad((x: tf.Tensor) => critic(x).sum())(images); // [b, …]
    return gradient.square().reshape([gradient.shape[0]!, -1]).sum(1); // [b]
  });
}
