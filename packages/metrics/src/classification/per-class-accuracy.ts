import { assertConfig, assertLabels, TintypeError } from '@tintype/core-tensor';
import { wholeFrom } from '../config/option-schemas.ts';

export interface PerClassAccuracy {
  /** Share of the examples of each class that were named right, 0 to 1. */
  readonly perClass: readonly number[];
  /** The mean over the classes, each counting the same however many examples it has. */
  readonly mean: number;
  readonly smallest: number;
}

/**
 * Accuracy within each expected class, so that one that is never right cannot hide behind the others.
 * @throws TintypeError `E_CONFIG`, `E_LABEL`, or `E_DATA` where a class has no example
 */
export function perClassAccuracy(
  predicted: ArrayLike<number>,
  expected: ArrayLike<number>,
  numClasses: number,
): PerClassAccuracy {
  const where = 'perClassAccuracy';
  assertConfig(wholeFrom(1), numClasses, `${where}.numClasses`);
  assertLabels(expected, numClasses, `${where}.expected`);
  assertLabels(predicted, numClasses, `${where}.predicted`, expected.length);
  const totals = new Array<number>(numClasses).fill(0);
  const rights = new Array<number>(numClasses).fill(0);
  for (let i = 0; i < expected.length; i++) {
    totals[expected[i]!]! += 1;
    if (predicted[i] === expected[i]) rights[expected[i]!]! += 1;
  }
  const empty = totals.indexOf(0);
  if (empty >= 0) {
    throw new TintypeError('E_DATA', {
      where,
      what: 'every class needs an example',
      got: `none of class ${empty}`,
    });
  }
  const perClass = rights.map((right, label) => right / totals[label]!);
  const mean = perClass.reduce((sum, accuracy) => sum + accuracy, 0) / numClasses;
  return { perClass, mean, smallest: Math.min(...perClass) };
}
