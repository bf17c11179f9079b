import { assertConfig, TintypeError, v } from '@tintype/core-tensor';

/**
 * A mixture of Gaussians over codes: p(z) = Σₖ wₖ N(z; mₖ, Lₖ Lₖᵀ). Plain numbers, so that it lives in a JSON file beside
 * the model; one component is a normal distribution.
 */
export interface LatentDistribution {
  readonly components: readonly LatentComponent[];
}

export interface LatentComponent {
  /** Share of the component; all shares sum to 1. */
  readonly weight: number;
  /** [latentDim] */
  readonly mean: readonly number[];
  /** Lower triangular L [latentDim][latentDim] with L Lᵀ the covariance. */
  readonly factor: readonly (readonly number[])[];
}

const row = v.array(v.pipe(v.number(), v.finite()));

const schema = v.strictObject({
  components: v.pipe(
    v.array(
      v.strictObject({
        weight: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
        mean: v.pipe(row, v.minLength(1)),
        factor: v.array(row),
      }),
    ),
    v.minLength(1),
  ),
});

/** Returns what a JSON file held, typed. Throws `E_UNKNOWN_OPTION` or `E_CONFIG` naming what is wrong. */
export function validateLatentDistribution(value: unknown): LatentDistribution {
  const valid = assertConfig(schema, value, 'LatentDistribution');
  const { length } = valid.components[0]!.mean;
  for (const [k, { mean, factor }] of valid.components.entries()) {
    const isSquare = factor.length === length && factor.every((each) => each.length === length);
    if (mean.length === length && isSquare) continue;
    refuse(`components[${k}]`, 'every mean and factor has the size of the first mean', length);
  }
  const sum = valid.components.reduce((total, { weight }) => total + weight, 0);
  if (Math.abs(sum - 1) > 1e-6) refuse('components', `weights sum to 1, not to ${sum}`, 1);
  return valid;
}

/** N(0, I) over codes of `latentDim` numbers, the prior that an autoencoder was never asked to keep. */
export function standardNormalLatents(latentDim: number): LatentDistribution {
  if (!Number.isInteger(latentDim) || latentDim < 1) refuse('latentDim', `got ${latentDim}`, 'at least 1');
  const axes = Array.from({ length: latentDim }, (_, i) => i);
  const factor = axes.map((i) => axes.map((j) => (i === j ? 1 : 0)));
  return { components: [{ weight: 1, mean: axes.map(() => 0), factor }] };
}

function refuse(where: string, what: string, expected: unknown): never {
  throw new TintypeError('E_CONFIG', { where: `LatentDistribution.${where}`, what, expected });
}
