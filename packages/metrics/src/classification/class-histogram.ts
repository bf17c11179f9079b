import { assertConfig, assertLabels, TintypeError } from '@tintype/core-tensor';
import { wholeFrom } from '../config/option-schemas.ts';

/** How a set of images spreads over the classes. */
export interface ClassHistogram {
  /** Number of labels. */
  readonly total: number;
  /** Labels of each class. */
  readonly counts: readonly number[];
  /** Share of each class, 0 to 1. */
  readonly shares: readonly number[];
  readonly smallestShare: number;
  /** Entropy of the shares in nats: 0 for one class alone, ln numClasses for equal ones. */
  readonly entropy: number;
}

/** Counts labels [n] by class. @throws TintypeError `E_CONFIG`, `E_LABEL`, or `E_DATA` where there is no label */
export function classHistogram(labels: ArrayLike<number>, numClasses: number): ClassHistogram {
  assertConfig(wholeFrom(1), numClasses, 'classHistogram.numClasses');
  assertLabels(labels, numClasses, 'classHistogram.labels');
  if (labels.length === 0) {
    throw new TintypeError('E_DATA', { where: 'classHistogram', what: 'there are no labels' });
  }
  const counts = new Array<number>(numClasses).fill(0);
  for (let i = 0; i < labels.length; i++) counts[labels[i]!]! += 1;
  const shares = counts.map((count) => count / labels.length);
  const entropy = shares.reduce((sum, part) => (part === 0 ? sum : sum - part * Math.log(part)), 0);
  return { total: labels.length, counts, shares, smallestShare: Math.min(...shares), entropy };
}
