import { TintypeError, type tf } from '@tintype/core-tensor';

/** Codes on the host in float64. */
export interface CodeRows {
  readonly rows: readonly Float64Array[];
  readonly latentDim: number;
}

/** Throws `E_SHAPE` unless there are at least `minimum` codes, `E_DATA` where one is not finite. */
export async function readCodes(codes: tf.Tensor2D, minimum: number, where: string): Promise<CodeRows> {
  const [count, latentDim] = codes.shape;
  if (codes.rank !== 2 || !(count >= minimum)) {
    throw new TintypeError('E_SHAPE', {
      where,
      what: 'a distribution is fitted to several codes',
      got: codes.shape,
      expected: `[at least ${minimum}, latentDim]`,
    });
  }
  const values = await codes.data<'float32'>();
  if (!values.every(Number.isFinite)) {
    throw new TintypeError('E_DATA', { where, what: 'a code is not finite' });
  }
  const rows = Array.from({ length: count }, (_, i) =>
    Float64Array.from(values.subarray(i * latentDim, (i + 1) * latentDim)),
  );
  return { rows, latentDim };
}

export interface Moments {
  readonly mean: number[];
  readonly covariance: number[][];
}

/** Mean and covariance of rows with shares that sum to `total`; `floor` is added to every variance. */
export function weightedMoments(
  { rows, latentDim }: CodeRows,
  shareOf: (row: number) => number,
  total: number,
  floor: number,
): Moments {
  const mean = new Array<number>(latentDim).fill(0);
  rows.forEach((code, n) => {
    const share = shareOf(n) / total;
    for (let i = 0; i < latentDim; i++) mean[i]! += share * code[i]!;
  });
  const covariance = mean.map(() => new Array<number>(latentDim).fill(0));
  const centred = new Float64Array(latentDim);
  rows.forEach((code, n) => {
    const share = shareOf(n) / total;
    if (share === 0) return;
    for (let i = 0; i < latentDim; i++) centred[i] = code[i]! - mean[i]!;
    for (let i = 0; i < latentDim; i++) {
      const row = covariance[i]!;
      for (let j = 0; j <= i; j++) row[j]! += share * centred[i]! * centred[j]!;
    }
  });
  for (let i = 0; i < latentDim; i++) {
    covariance[i]![i]! += floor;
    for (let j = 0; j < i; j++) covariance[j]![i] = covariance[i]![j]!;
  }
  return { mean, covariance };
}

/** The mean over the latents of the variance of the codes. */
export function meanVariance(codes: CodeRows): number {
  const { covariance } = weightedMoments(codes, () => 1, codes.rows.length, 0);
  return covariance.reduce((sum, row, i) => sum + row[i]!, 0) / codes.latentDim;
}
