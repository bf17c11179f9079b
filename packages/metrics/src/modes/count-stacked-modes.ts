import { assertConfig, assertLabels, TintypeError } from '@tintype/core-tensor';
import { wholeFrom } from '../config/option-schemas.ts';

export interface CountStackedModesOptions {
  /** Digits that each channel can show; there are numClasses³ modes. @default 10 */
  readonly numClasses?: number;
  /** Images that a mode needs to count as covered, at least 1. @default 1 */
  readonly minimumCount?: number;
}

export interface StackedModeCount {
  readonly covered: number;
  /** 1000 for ten digits. */
  readonly total: number;
  /** KL(p ‖ uniform) = ln total − H(p) of the images' modes, in nats. */
  readonly divergence: number;
  /** What as many images of a perfect generator would show about: (total − 1) / 2n nats. No figure is to be read without it. */
  readonly divergenceFloor: number;
  /** Images of each mode, at index (red · numClasses + green) · numClasses + blue. */
  readonly counts: readonly number[];
}

/** The class that a classifier reads in each channel of n images. */
export type StackedReadings = readonly [
  red: ArrayLike<number>,
  green: ArrayLike<number>,
  blue: ArrayLike<number>,
];

/**
 * Mode count of colour-stacked MNIST: three digits a picture, 1000 modes, equally likely in the data (Metz et al. 2016,
 * arXiv 1611.02163; covered modes and KL as in Srivastava et al. 2017, arXiv 1705.07761). The readings are those of a
 * classifier that had no part in the training. Publications count 25 600 or 26 000 images; fewer cannot cover as much.
 * @throws TintypeError `E_CONFIG`, `E_LABEL`, or `E_DATA` for no images
 */
export function countStackedModes(
  readings: StackedReadings,
  options: CountStackedModesOptions = {},
): StackedModeCount {
  const { numClasses = 10, minimumCount = 1 } = options;
  const where = 'countStackedModes';
  assertConfig(wholeFrom(1), numClasses, `${where}.numClasses`);
  assertConfig(wholeFrom(1), minimumCount, `${where}.minimumCount`);
  const [red, green, blue] = readings;
  const count = red.length;
  if (count === 0) throw new TintypeError('E_DATA', { where, what: 'there are no images' });
  readings.forEach((labels, channel) => {
    assertLabels(labels, numClasses, `${where}.readings[${channel}]`, count);
  });
  const counts = new Array<number>(numClasses ** 3).fill(0);
  for (let i = 0; i < count; i++) counts[(red[i]! * numClasses + green[i]!) * numClasses + blue[i]!]! += 1;
  return {
    covered: counts.filter((seen) => seen >= minimumCount).length,
    total: counts.length,
    divergence: divergenceFromUniform(counts, count),
    divergenceFloor: (counts.length - 1) / (2 * count),
    counts,
  };
}

/** Σ p ln(p · K), with 0 ln 0 = 0. */
function divergenceFromUniform(counts: readonly number[], total: number): number {
  return counts.reduce((sum, count) => {
    const p = count / total;
    return count === 0 ? sum : sum + p * Math.log(p * counts.length);
  }, 0);
}
