import { type RandomStream, TintypeError, type tf } from '@tintype/core-tensor';
import { cholesky } from './cholesky.ts';
import { type CodeRows, meanVariance, readCodes, weightedMoments } from './code-rows.ts';
import { kMeans } from './k-means.ts';
import type { LatentComponent, LatentDistribution } from './latent-distribution.ts';
import { logDensityTerms } from './log-density.ts';

export interface GaussianMixtureOptions {
  /** Number of Gaussians, at least 1. @default 10 */
  readonly components?: number;
  /** Where k-means++ draws its first centres from. */
  readonly rng: RandomStream;
  /** Most rounds of EM, at least 1. @default 100 */
  readonly iterations?: number;
  /** Gain of the mean log-likelihood of a code, in nats, below which EM stops. @default 1e-3 */
  readonly tolerance?: number;
  /** Added to every variance, as a share of the mean variance of the codes; above 0. @default 1e-3 */
  readonly regularization?: number;
  /** Hears of the mean log-likelihood of a code after each round, in nats. */
  readonly onIteration?: (meanLogLikelihood: number) => void;
}

const where = 'fitGaussianMixtureLatents';

/**
 * A mixture of Gaussians with full covariances for codes [n, latentDim], fitted by expectation maximisation (Dempster,
 * Laird and Rubin 1977) in float64, from clusters of k-means. Cost of a round: n · components · latentDim² multiplications;
 * 5 000 to 10 000 codes are enough for 32 latents. Ghosh et al. (2020) sample with 10 components.
 * Throws `E_CONFIG` for impossible numbers, `E_SHAPE` for fewer codes than components, `E_DATA` where codes are equal or
 * not finite.
 */
export async function fitGaussianMixtureLatents(
  codes: tf.Tensor2D,
  {
    components: count = 10,
    rng,
    iterations = 100,
    tolerance = 1e-3,
    regularization = 1e-3,
    onIteration,
  }: GaussianMixtureOptions,
): Promise<LatentDistribution> {
  assertNumbers({ components: count, iterations, regularization });
  const read = await readCodes(codes, Math.max(2, count), where);
  const floor = regularization * meanVariance(read);
  const nearest = await kMeans(read, count, rng.fork('k-means'));
  let responsibilities = Array.from({ length: count }, (_, k) =>
    Float64Array.from(nearest, (cluster) => (cluster === k ? 1 : 0)),
  );
  let components: LatentComponent[] = [];
  let previous = Number.NEGATIVE_INFINITY;
  for (let round = 0; round < iterations; round++) {
    components = maximize(read, responsibilities, floor);
    const expected = expect(read, components);
    responsibilities = expected.responsibilities;
    onIteration?.(expected.meanLogLikelihood);
    if (expected.meanLogLikelihood - previous < tolerance) break;
    previous = expected.meanLogLikelihood;
  }
  return { components };
}

/** The Gaussian of each component from its share of every code; a component without any is left out. */
function maximize(
  codes: CodeRows,
  responsibilities: readonly Float64Array[],
  floor: number,
): LatentComponent[] {
  const totals = responsibilities.map((shares) => shares.reduce((sum, share) => sum + share, 0));
  const kept = responsibilities.flatMap((shares, k) =>
    totals[k]! > 1e-9 ? [{ shares, total: totals[k]! }] : [],
  );
  const all = kept.reduce((sum, { total }) => sum + total, 0);
  return kept.map(({ shares, total }) => {
    const { mean, covariance } = weightedMoments(codes, (n) => shares[n]!, total, floor);
    return { weight: total / all, mean, factor: cholesky(covariance, where) };
  });
}

/** The probability of each component given each code, [components][n]. */
function expect({ rows }: CodeRows, components: readonly LatentComponent[]) {
  const responsibilities = components.map(() => new Float64Array(rows.length));
  const terms = new Float64Array(components.length);
  let sum = 0;
  rows.forEach((code, n) => {
    const logDensity = logDensityTerms(code, components, terms);
    for (const [k, term] of terms.entries()) responsibilities[k]![n] = Math.exp(term - logDensity);
    sum += logDensity;
  });
  return { responsibilities, meanLogLikelihood: sum / rows.length };
}

function assertNumbers(numbers: {
  readonly components: number;
  readonly iterations: number;
  readonly regularization: number;
}): void {
  for (const name of ['components', 'iterations'] as const) {
    if (Number.isSafeInteger(numbers[name]) && numbers[name] >= 1) continue;
    refuse(name, numbers[name], 'an integer of at least 1');
  }
  const { regularization } = numbers;
  if (!(Number.isFinite(regularization) && regularization > 0))
    refuse('regularization', regularization, 'above 0');
}

function refuse(name: string, got: number, expected: string): never {
  throw new TintypeError('E_CONFIG', {
    where: `${where}: ${name}`,
    what: 'the number is not possible',
    got,
    expected,
  });
}
