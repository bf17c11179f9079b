import { logSoftmax, tf } from '@tintype/core-tensor';
import type { CodePrior } from './code-prior.ts';

/**
 * −ln p(codes) in nats per image: summed over the grid, mean over the batch. Codes int32 [b, h, w], labels int32 [b] with
 * −1 for none. Use inside `computeGradients` or `tf.tidy`.
 */
export function codePriorLoss(model: CodePrior, codes: tf.Tensor3D, labels?: tf.Tensor1D): tf.Scalar {
  return codeCrossEntropy(model.logits(codes, labels), codes);
}

/** −Σ ln softmax(logits)[code] over the grid, mean over the batch: logits [b, h, w, K], codes int32 [b, h, w] → nats. */
export function codeCrossEntropy(logits: tf.Tensor4D, codes: tf.Tensor3D): tf.Scalar {
  return tf.tidy(() => {
    const chosen = tf.oneHot(codes, logits.shape[3]).toFloat(); // [b, h, w, K]
    return logSoftmax(logits).mul(chosen).sum().div<tf.Scalar>(-logits.shape[0]);
  });
}
