import { countCodes, perplexityOfCounts, type VqVae } from '@tintype/autoencoders';
import { tf } from '@tintype/core-tensor';

/** How a VQ-VAE codes images, and what it gives back of them. */
export interface CodeUse {
  /** Share of the codebook that is chosen at least once. */
  readonly usage: number;
  /** exp of the entropy of the codes. */
  readonly perplexity: number;
  /** Of pixels in [0, 1]. */
  readonly meanSquaredError: number;
}

/** Frees each batch [b, h, w, c] in [-1, 1]. */
export async function measureCodeUse(model: VqVae, batches: AsyncIterable<tf.Tensor4D>): Promise<CodeUse> {
  const { codebookSize } = model.config;
  let counts: tf.Tensor1D = tf.zeros([codebookSize]);
  let squares = 0;
  let images = 0;
  for await (const batch of batches) {
    const before = counts;
    const read = tf.tidy(() => {
      const codes = model.encodeIndices(batch);
      return {
        counts: before.add<tf.Tensor1D>(countCodes(codes, codebookSize)),
        error: tf.squaredDifference(model.decodeIndices(codes), batch).mean().div(4),
      };
    });
    counts = read.counts;
    squares += (await read.error.data())[0]! * batch.shape[0];
    images += batch.shape[0];
    tf.dispose([before, batch, read.error]);
  }
  const use = tf.tidy(() => tf.stack([counts.greater(0).toFloat().mean(), perplexityOfCounts(counts)]));
  const [usage, perplexity] = (await use.data()) as unknown as [number, number];
  tf.dispose([counts, use]);
  return { usage, perplexity, meanSquaredError: squares / images };
}
