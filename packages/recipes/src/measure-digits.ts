import { type RandomStream, TintypeError, type tf } from '@tintype/core-tensor';
import {
  classHistogram,
  densityCoverage,
  type Features,
  frechetScore,
  kernelDistance,
  memorization,
  pairwiseDistance,
  precisionRecall,
  type Readings,
  type ScoreReport,
  selectRows,
} from '@tintype/metrics';
import type { DigitReference } from './digit-reference.ts';
import { perPixelGaussians } from './known-bad-digits.ts';

/** Of n samples, against as many real digits where nothing else is said. LeNet is the digit network of `@tintype/metrics`. */
export type DigitFigures = {
  /** Fréchet distance of LeNet features to those of the 10 000 test digits; comparable at equal n only. */
  readonly fidLenet: number;
  /** 95 % interval of it. */
  readonly fidLenetLow: number;
  readonly fidLenetHigh: number;
  /** The same of n training digits: what a perfect generator would have. */
  readonly fidFloor: number;
  /** The same of n images of independent Gaussian pixels: known to be bad. */
  readonly fidPixelGaussian: number;
  /** Kernel distance of LeNet features, unbiased. */
  readonly kid: number;
  /** Shares, by 3 neighbours in LeNet features (Kynkäänniemi et al. 2019), and coverage by 5 (Naeem et al. 2020). */
  readonly precision: number;
  readonly recall: number;
  readonly coverage: number;
  /** Mean distance of two samples' features ÷ that of two real digits. */
  readonly diversity: number;
  /** Digits with a sample of at least one in 200, of 10. */
  readonly classesCovered: number;
  /** Share of the rarest digit among the samples. */
  readonly smallestClassShare: number;
  /** Entropy of the digits' shares ÷ ln 10. */
  readonly classEntropy: number;
  /** Median distance to the nearest of 10 000 training digits ÷ that of test digits: 0 for copies, 1 for new digits. */
  readonly memorizationRatio: number;
  /** Share of samples that are nearer to a training digit than 99 % of test digits are. */
  readonly memorizationShare: number;
};

export interface MeasureDigitsOptions {
  readonly rng: RandomStream;
  /** Told the score as it stands. */
  readonly onScore?: (score: ScoreReport) => void;
}

export interface MeasuredDigits {
  readonly figures: DigitFigures;
  readonly readings: Readings;
}

const coveredShare = 1 / 200;
const trainingDigits = 10_000;
const mostCompared = 500;

/**
 * What the digit network says of samples [b, s, s, 1] in [-1, 1]; frees each batch. Throws `E_CONFIG` for fewer samples
 * than neighbours.
 */
export async function measureDigits(
  samples: AsyncIterable<tf.Tensor4D>,
  reference: DigitReference,
  { rng, onScore }: MeasureDigitsOptions,
): Promise<MeasuredDigits> {
  const { network, real, train, imageSize } = reference;
  const readings = await reference.read(samples);
  const fake = readings.features;
  const count = fake.count;
  const training = await reference.readDigits('train', Math.max(count, trainingDigits));
  const gaussians = perPixelGaussians(train, { imageSize, count, rng: rng.fork('pixel-gaussians') });
  const score = frechetScore({
    model: network,
    real: real.features,
    fake,
    heldOut: training.features,
    knownBad: (await reference.read(gaussians)).features,
    rng: rng.fork('score'),
  });
  onScore?.(score);
  const likes = firstRows(real.features, count);
  const { precision, recall } = precisionRecall(likes, fake);
  const copies = memorization({
    fake: firstRows(fake, mostCompared),
    train: firstRows(training.features, trainingDigits),
    held: firstRows(real.features, mostCompared),
  });
  const figures = {
    fidLenet: score.value,
    fidLenetLow: score.interval.low,
    fidLenetHigh: score.interval.high,
    fidFloor: score.realVsRealFloor,
    fidPixelGaussian: score.knownBadCeiling,
    kid: kernelDistance(likes, fake).value,
    precision,
    recall,
    coverage: densityCoverage(likes, fake).coverage,
    diversity: pairwiseDistance(fake) / pairwiseDistance(likes),
    ...classFigures(readings.labels),
    memorizationRatio: copies.ratio,
    memorizationShare: copies.shareBelow,
  };
  return { figures, readings };
}

function classFigures(labels: Int32Array) {
  const { shares, smallestShare, entropy } = classHistogram(labels, 10);
  return {
    classesCovered: shares.filter((share) => share >= coveredShare).length,
    smallestClassShare: smallestShare,
    classEntropy: entropy / Math.log(10),
  };
}

function firstRows(features: Features, count: number): Features {
  if (features.count <= count) return features;
  return selectRows(
    features,
    Int32Array.from({ length: count }, (_, i) => i),
  );
}

/**
 * Share of samples that are read as they were asked; label −1 asks for anything and is not counted. Throws `E_DATA`
 * where nothing is to be counted.
 */
export function labelAccuracy(read: ArrayLike<number>, labelOf: (index: number) => number): number {
  let counted = 0;
  let right = 0;
  for (let i = 0; i < read.length; i++) {
    const label = labelOf(i);
    if (label < 0) continue;
    counted++;
    if (read[i] === label) right++;
  }
  if (counted > 0) return right / counted;
  throw new TintypeError('E_DATA', { where: 'labelAccuracy', what: 'no sample was asked to be a digit' });
}
