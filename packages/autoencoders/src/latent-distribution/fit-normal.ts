import type { tf } from '@tintype/core-tensor';
import { cholesky } from './cholesky.ts';
import { meanVariance, readCodes, weightedMoments } from './code-rows.ts';
import type { LatentDistribution } from './latent-distribution.ts';

/** Added to every variance, as a share of the mean variance: a dead latent leaves the covariance invertible. */
const regularization = 1e-6;

/**
 * The normal distribution of largest likelihood for codes [n, latentDim], n at least 2; in float64.
 * Throws `E_SHAPE` for too few codes, `E_DATA` where they are equal or not finite.
 */
export async function fitNormalLatents(codes: tf.Tensor2D): Promise<LatentDistribution> {
  const read = await readCodes(codes, 2, 'fitNormalLatents');
  const floor = regularization * meanVariance(read);
  const { mean, covariance } = weightedMoments(read, () => 1, read.rows.length, floor);
  return { components: [{ weight: 1, mean, factor: cholesky(covariance, 'fitNormalLatents') }] };
}
