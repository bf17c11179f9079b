import { tf } from '@tintype/core-tensor';

/** How often each code was chosen: float32 [codebookSize]. */
export function countCodes(codeIndices: tf.Tensor, codebookSize: number): tf.Tensor1D {
  return tf.tidy(() => {
    const flat = codeIndices.flatten().cast('int32') as tf.Tensor1D;
    return tf.bincount(flat, tf.tensor1d([]), codebookSize).cast('float32');
  });
}

/** exp(−Σ p ln p) of the counts' shares p: codebookSize for uniform use, 1 where one code is always chosen. */
export function perplexityOfCounts(counts: tf.Tensor1D): tf.Scalar {
  return tf.tidy(() => {
    const p = counts.div(counts.sum());
    return p.mul(p.maximum(1e-30).log()).sum<tf.Scalar>().neg().exp(); // 0 · ln 1e-30 = 0
  });
}

/** What a train step logs of the counts of a batch: `usage` is the share of the codebook that was chosen at least once. */
export function codeUseOfCounts(counts: tf.Tensor1D): { perplexity: tf.Scalar; usage: tf.Scalar } {
  return tf.tidy(() => ({
    perplexity: perplexityOfCounts(counts),
    usage: counts.greater(0).cast('float32').mean<tf.Scalar>(),
  }));
}

/** Perplexity of code indices of any shape (van den Oord et al. 2017). */
export function perplexityOf(codeIndices: tf.Tensor, codebookSize: number): tf.Scalar {
  return tf.tidy(() => perplexityOfCounts(countCodes(codeIndices, codebookSize)));
}
