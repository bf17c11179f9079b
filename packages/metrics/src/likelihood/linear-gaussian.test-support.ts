import { createRandomStream, selectBackend, tf } from '@tintype/core-tensor';
import type { LogWeights } from './importance-sampled-nll.ts';

// z ~ N(0, 1), x | z ~ N(w z, s² I) in three dimensions: x ~ N(0, w wᵀ + s² I), z | x ~ N(wᵀx / (s² + |w|²), s² / (s² + |w|²)).
const w = [0.8, -0.5, 1.2];
const variance = 0.3 ** 2;
const squaredNorm = w.reduce((sum, value) => sum + value * value, 0);

const logNormal = (value: number, mean: number, ofVariance: number): number =>
  -0.5 * (Math.log(2 * Math.PI * ofVariance) + (value - mean) ** 2 / ofVariance);

/** −ln p(x) of the marginal; its determinant and inverse by the matrix determinant lemma and Sherman–Morrison. */
function exactNll(x: readonly number[]): number {
  const determinant = variance ** 2 * (variance + squaredNorm);
  const along = x.reduce((sum, value, i) => sum + value * w[i]!, 0);
  const squares = x.reduce((sum, value) => sum + value * value, 0);
  const quadratic = (squares - along ** 2 / (variance + squaredNorm)) / variance;
  return 0.5 * (3 * Math.log(2 * Math.PI) + Math.log(determinant) + quadratic);
}

export interface ProposalError {
  /** Of q's mean, in standard deviations of the true posterior. */
  readonly shift: number;
  /** Of q's standard deviation, as a factor. */
  readonly width: number;
}

/** Log weights of n points of the model with a proposal that is off by `error`, and the exact −ln p(x) of each. */
export async function linearGaussian(
  sizes: { readonly samples: number; readonly count: number; readonly seed: string },
  error: ProposalError,
): Promise<{ weights: LogWeights; exact: number[] }> {
  await selectBackend({ backend: 'cpu' });
  const { samples, count, seed } = sizes;
  const draw = (name: string, length: number) =>
    tf.tidy(() => createRandomStream(seed).fork(name).normal([length]).dataSync());
  const [latents, noise, proposals] = [draw('z', count), draw('x', 3 * count), draw('q', samples * count)];
  const points = Array.from({ length: count }, (_, i) =>
    w.map((weight, k) => weight * latents[i]! + Math.sqrt(variance) * noise[3 * i + k]!),
  );
  const values = new Float64Array(samples * count);
  points.forEach((x, i) => {
    const posteriorVariance = variance / (variance + squaredNorm);
    const posteriorMean = x.reduce((sum, value, k) => sum + value * w[k]!, 0) / (variance + squaredNorm);
    const mean = posteriorMean + error.shift * Math.sqrt(posteriorVariance);
    const deviation = error.width * Math.sqrt(posteriorVariance);
    for (let draw = 0; draw < samples; draw++) {
      const z = mean + deviation * proposals[draw * count + i]!;
      const likelihood = x.reduce((sum, value, k) => sum + logNormal(value, w[k]! * z, variance), 0);
      values[draw * count + i] = logNormal(z, 0, 1) + likelihood - logNormal(z, mean, deviation ** 2);
    }
  });
  return { weights: { samples, count, values }, exact: points.map(exactNll) };
}
