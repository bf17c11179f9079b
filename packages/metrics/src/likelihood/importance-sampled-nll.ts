import { assertConfig, TintypeError } from '@tintype/core-tensor';
import { wholeFrom } from '../config/option-schemas.ts';
import { logMeanExp } from './log-mean-exp.ts';

/** ln p(x, z) − ln q(z | x) of several draws z ~ q(z | x) for each image, in nats. */
export interface LogWeights {
  /** k, draws for each image. */
  readonly samples: number;
  /** n, images. */
  readonly count: number;
  /** Row-major [samples, count]. */
  readonly values: Float32Array | Float64Array;
}

export interface ImportanceSampledNll {
  /** −ln p(x) in nats per image, the mean over the images. */
  readonly nats: number;
  /** Standard deviation over the images ÷ √count: what another choice of images would change. Undefined for one image. */
  readonly standardError: number | undefined;
  /** float64 [count]. */
  readonly perImage: Float64Array;
  /** (Σ w)² / Σ w² of each image's draws, 1 to k: near 1, one draw makes the estimate and the bound is loose. float64 [count]. */
  readonly effectiveSampleSizes: Float64Array;
}

/**
 * Negative log-likelihood by importance sampling, −ln (1/k) Σ p(x, z) / q(z | x) (Burda et al. 2016, "Importance weighted
 * autoencoders", arXiv 1509.00519, equation 8). On average an upper bound that falls towards −ln p(x) as k grows; k = 1 is
 * the negative evidence lower bound. Per-image values of different k do not average: give all draws at once.
 * @throws TintypeError `E_SHAPE`, `E_CONFIG`, or `E_DATA` for NaN, +∞, and an image whose weights are all 0
 */
export function importanceSampledNll({ samples, count, values }: LogWeights): ImportanceSampledNll {
  const where = 'importanceSampledNll';
  assertConfig(wholeFrom(1), samples, `${where}.samples`);
  assertConfig(wholeFrom(1), count, `${where}.count`);
  if (values.length !== samples * count) {
    throw new TintypeError('E_SHAPE', {
      where,
      what: 'there must be a weight for each draw of each image',
      got: `${values.length} values`,
      expected: `${samples} · ${count}`,
    });
  }
  const perImage = new Float64Array(count);
  const effectiveSampleSizes = new Float64Array(count);
  const weights = new Float64Array(samples);
  for (let image = 0; image < count; image++) {
    for (let draw = 0; draw < samples; draw++) weights[draw] = values[draw * count + image]!;
    const logMean = logMeanExp(weights);
    if (logMean === Number.NEGATIVE_INFINITY) {
      throw new TintypeError('E_DATA', { where, what: `all weights of image ${image} are 0` });
    }
    perImage[image] = -logMean;
    effectiveSampleSizes[image] = samples * Math.exp(2 * logMean - logMeanExp(weights.map((w) => 2 * w)));
  }
  const nats = perImage.reduce((sum, value) => sum + value, 0) / count;
  const squares = perImage.reduce((sum, value) => sum + (value - nats) ** 2, 0);
  return {
    nats,
    standardError: count < 2 ? undefined : Math.sqrt(squares / (count - 1) / count),
    perImage,
    effectiveSampleSizes,
  };
}
