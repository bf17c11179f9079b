import { tf } from '@tintype/core-tensor';

/**
 * For each latent [rows, D] the index of the nearest code of [K, D], int32 [rows]; of equally near codes the smallest.
 * A latent of NaN has none: cpu and wasm give an index below K, WebGPU any number, for which a lookup gives zeros. Without
 * a gradient, and without a tape to walk back over.
 */
export function nearestCode(latents: tf.Tensor2D, codebook: tf.Tensor2D): tf.Tensor1D {
  const search = tf.customGrad(() => ({
    value: searchNearest(latents, codebook),
    gradFunc: () => tf.zerosLike(latents),
  }));
  return search(latents) as tf.Tensor1D;
}

/**
 * argmin ‖z − e‖² = argmax (z·e − ½‖e‖²), one product; then the smallest index without a gap to the maximum: tfjs's own
 * argMax breaks ties by thread on WebGPU.
 */
function searchNearest(latents: tf.Tensor2D, codebook: tf.Tensor2D): tf.Tensor1D {
  return tf.tidy(() => {
    const codebookSize = codebook.shape[0];
    const halfNorms = codebook.square().sum(1).div(2); // [K]
    const scores = tf.matMul(latents, codebook, false, true).sub(halfNorms); // [rows, K]
    const isFarther = scores.max(1, true).sub(scores).step(); // 0 for the nearest, 1 for the others
    const positions = tf.range(0, codebookSize);
    const nearest = isFarther.mul(codebookSize).add(positions).min(1); // [rows]
    return nearest.clipByValue(0, codebookSize - 1).cast('int32');
  });
}
