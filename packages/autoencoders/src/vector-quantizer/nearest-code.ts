import { tf } from '@tintype/core-tensor';

/**
 * For each latent [rows, D] the index of the nearest code of [K, D], int32 [rows]; of equally near codes the smallest.
 * argmin ‖z − e‖² = argmax (z·e − ½‖e‖²): one product. tfjs's own argMax breaks ties by thread on WebGPU, hence the masked
 * minimum. Without a gradient. A latent of NaN gets the last code.
 */
export function nearestCode(latents: tf.Tensor2D, codebook: tf.Tensor2D): tf.Tensor1D {
  return tf.tidy(() => {
    const codebookSize = codebook.shape[0];
    const halfNorms = codebook.square().sum(1).div(2); // [K]
    const scores = tf.matMul(latents, codebook, false, true).sub(halfNorms); // [rows, K]
    const isBest = scores.equal(scores.max(1, true));
    const positions = tf.range(0, codebookSize, 1);
    return tf
      .where(isBest, positions, codebookSize - 1)
      .min(1)
      .cast('int32');
  });
}
