// Salimans, Goodfellow, Zaremba, Cheung, Radford and Chen (2016), "Improved techniques for training GANs", arXiv
// 1606.03498:  exp(mean of KL(p(class | image) ‖ p(class)))
import { assertConfig, TintypeError, v } from '@tintype/core-tensor';
import { wholeFrom } from '../config/option-schemas.ts';
import { assertFeatures } from '../features/assert-features.ts';
import type { Features } from '../features/features.ts';

export interface InceptionScoreOptions {
  /** Parts of consecutive rows that are scored each by itself. @default 1 */
  readonly splits?: number;
}

export interface InceptionScore {
  /** From 1 (every image reads alike) to the number of classes. */
  readonly mean: number;
  /** Between the parts, divisor n as published figures have it; 0 for one part. */
  readonly standardDeviation: number;
  readonly perSplit: readonly number[];
}

const optionsSchema = v.strictObject({ splits: v.optional(wholeFrom(1)) });

/**
 * The form of the inception score over any classifier's probabilities [count, classes]. With our own small classifiers
 * it is not the published Inception Score and compares with itself only.
 * @throws TintypeError `E_DATA` for a row that is no distribution, `E_CONFIG` for more parts than rows, `E_SHAPE`
 */
export function inceptionScore(probabilities: Features, options: InceptionScoreOptions = {}): InceptionScore {
  const { splits = 1 } = assertConfig(optionsSchema, options, 'inceptionScore');
  assertFeatures(probabilities, 'inceptionScore: probabilities');
  assertDistributions(probabilities);
  const { count } = probabilities;
  if (splits > count) {
    throw new TintypeError('E_CONFIG', {
      where: 'inceptionScore: splits',
      what: 'the rows cannot be parted so',
      got: splits,
      expected: `at most ${count}`,
    });
  }
  const perSplit = Array.from({ length: splits }, (_, i) =>
    scoreOf(probabilities, Math.floor((i * count) / splits), Math.floor(((i + 1) * count) / splits)),
  );
  const mean = perSplit.reduce((sum, score) => sum + score, 0) / splits;
  const variance = perSplit.reduce((sum, score) => sum + (score - mean) ** 2, 0) / splits;
  return { mean, standardDeviation: Math.sqrt(variance), perSplit };
}

function scoreOf({ dimension, values }: Features, first: number, end: number): number {
  const marginal = new Float64Array(dimension);
  for (let row = first; row < end; row++) {
    for (let k = 0; k < dimension; k++) marginal[k]! += values[row * dimension + k]! / (end - first);
  }
  let divergence = 0;
  for (let row = first; row < end; row++) {
    for (let k = 0; k < dimension; k++) {
      const p = values[row * dimension + k]!;
      if (p > 0) divergence += p * Math.log(p / marginal[k]!);
    }
  }
  return Math.exp(divergence / (end - first));
}

function assertDistributions({ count, dimension, values }: Features): void {
  for (let row = 0; row < count; row++) {
    const probabilities = Float64Array.from(values.subarray(row * dimension, (row + 1) * dimension));
    const sum = probabilities.reduce((total, p) => total + p, 0);
    if (probabilities.every((p) => p >= 0) && Math.abs(sum - 1) < 1e-3) continue;
    throw new TintypeError('E_DATA', {
      where: `inceptionScore: probabilities, row ${row}`,
      what: 'the row is no distribution over classes',
      got: `a sum of ${sum}, a least value of ${Math.min(...probabilities)}`,
      expected: 'values of at least 0 with the sum 1',
      remedy: 'Pass probabilities, not logits',
    });
  }
}
