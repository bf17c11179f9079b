import type { LatentComponent } from './latent-distribution.ts';

/** log wₖ + log N(code; mₖ, Lₖ Lₖᵀ) of each component into `terms`; gives their log-sum-exp, log p(code). */
export function logDensityTerms(
  code: ArrayLike<number>,
  components: readonly LatentComponent[],
  terms: Float64Array,
): number {
  let largest = Number.NEGATIVE_INFINITY;
  components.forEach((component, k) => {
    terms[k] = Math.log(component.weight) + logNormal(code, component);
    largest = Math.max(largest, terms[k]!);
  });
  let sum = 0;
  for (const term of terms) sum += Math.exp(term - largest);
  return largest + Math.log(sum);
}

/** With L y = code − m: −½ ‖y‖² − Σ log Lᵢᵢ − ½ d log 2π. */
function logNormal(code: ArrayLike<number>, { mean, factor }: LatentComponent): number {
  const y = new Float64Array(mean.length);
  let log = -0.5 * mean.length * Math.log(2 * Math.PI);
  for (let i = 0; i < mean.length; i++) {
    const row = factor[i]!;
    let left = code[i]! - mean[i]!;
    for (let j = 0; j < i; j++) left -= row[j]! * y[j]!;
    y[i] = left / row[i]!;
    log -= 0.5 * y[i]! ** 2 + Math.log(row[i]!);
  }
  return log;
}
