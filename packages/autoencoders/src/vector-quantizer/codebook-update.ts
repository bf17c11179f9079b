import { type RandomStream, tf } from '@tintype/core-tensor';
import { countCodes } from './code-counts.ts';
import type { VectorQuantizerConfig } from './config.ts';

/** ε of the smoothed counts. */
const epsilon = 1e-5;

/** What an update reads and makes. */
export interface CodebookState {
  /** e [K, D]. */
  codebook: tf.Tensor2D;
  /** N, averaged uses a batch [K]. */
  clusterSize: tf.Tensor1D;
  /** m, averaged sums of latents a batch [K, D]; the update `loss` has none. */
  embeddingAverage?: tf.Tensor2D;
}

/** `division`: smoothed counts in e = m / N alone (Sonnet). `state`: they are kept as N (pythae). */
export type CountSmoothing = 'division' | 'state';

/** The count that a code starts with, new or revived: above 0, and no code is dead at once. */
export function startingCount(reviveBelow: number): number {
  return Math.max(1, reviveBelow);
}

/**
 * One step of van den Oord et al. (2017), appendix A.1, with n_i latents of code i in the batch and their sum s_i:
 * N_i ← γ N_i + (1 − γ) n_i,  m_i ← γ m_i + (1 − γ) s_i,  e_i = m_i / N_i. The division takes N smoothed,
 * (N_i + ε) / (Σ N + K ε) · Σ N, so that no code divides by 0. Without m only the counts move.
 */
export function averageCodes(
  { codebook, clusterSize, embeddingAverage }: CodebookState,
  latents: tf.Tensor2D,
  codeIndices: tf.Tensor1D,
  { codebookDecay: decay, smoothing }: { codebookDecay: number; smoothing: CountSmoothing },
): CodebookState {
  const codebookSize = clusterSize.shape[0];
  const follow = <T extends tf.Tensor>(average: T, now: tf.Tensor): T =>
    average.mul(decay).add(now.mul(1 - decay)) as T;

  const counts = follow(clusterSize, countCodes(codeIndices, codebookSize));
  if (!embeddingAverage) return { codebook, clusterSize: counts };
  const chosen = tf.oneHot(codeIndices, codebookSize).cast<tf.Tensor2D>('float32'); // [rows, K]
  const sums = follow(embeddingAverage, tf.matMul(chosen, latents, true));
  const total = counts.sum();
  const smoothed = counts
    .add(epsilon)
    .div(total.add(codebookSize * epsilon))
    .mul<tf.Tensor1D>(total);
  return {
    codebook: sums.div(smoothed.expandDims(1)),
    clusterSize: smoothing === 'state' ? smoothed : counts,
    embeddingAverage: sums,
  };
}

/**
 * Codes used less than `reviveBelow` times a batch move onto latents [rows, D] drawn with `rng`, and start again with
 * the count of a new code. A restart as in k-means; not in the paper.
 */
export function reviveCodes(
  { codebook, clusterSize, embeddingAverage }: CodebookState,
  latents: tf.Tensor2D,
  { reviveBelow }: Pick<VectorQuantizerConfig, 'reviveBelow'>,
  rng: RandomStream,
): CodebookState {
  const start = startingCount(reviveBelow);
  const rows = rng.integers<tf.Rank.R1>([clusterSize.shape[0]], 0, latents.shape[0]);
  const drawn = tf.gather(latents, rows); // [K, D]
  const isDead = clusterSize.less(reviveBelow); // [K]
  const isDeadRow = isDead.expandDims(1);
  return {
    codebook: tf.where(isDeadRow, drawn, codebook),
    clusterSize: tf.where(isDead, start, clusterSize),
    ...(embeddingAverage && {
      embeddingAverage: tf.where(isDeadRow, drawn.mul<tf.Tensor2D>(start), embeddingAverage),
    }),
  };
}
