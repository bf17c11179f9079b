import { TintypeError } from '@tintype/core-tensor';

/** Lower triangular L with L Lᵀ = A, of a symmetric positive definite A. Throws `E_DATA` for any other. */
export function cholesky(a: readonly (readonly number[])[], where: string): number[][] {
  const factor = a.map((row) => row.map(() => 0));
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i]![j]!;
      for (let k = 0; k < j; k++) sum -= factor[i]![k]! * factor[j]![k]!;
      if (i === j && !(sum > 0)) {
        throw new TintypeError('E_DATA', {
          where,
          what: 'the codes have no covariance: they are equal or not finite',
          got: sum,
          remedy: 'See that the autoencoder has learnt something before fitting its codes',
        });
      }
      factor[i]![j] = i === j ? Math.sqrt(sum) : sum / factor[j]![j]!;
    }
  }
  return factor;
}
