import { assertLabels, TintypeError } from '@tintype/core-tensor';

/**
 * Share of labels that are the expected ones, 0 to 1.
 * @throws TintypeError `E_LABEL` for lengths that differ or a label that is no class, `E_DATA` where there is none
 */
export function classificationAccuracy(predicted: ArrayLike<number>, expected: ArrayLike<number>): number {
  const where = 'classificationAccuracy';
  if (expected.length === 0) throw new TintypeError('E_DATA', { where, what: 'there are no labels' });
  assertLabels(expected, Number.MAX_SAFE_INTEGER, `${where}.expected`);
  assertLabels(predicted, Number.MAX_SAFE_INTEGER, `${where}.predicted`, expected.length);
  let right = 0;
  for (let i = 0; i < expected.length; i++) if (predicted[i] === expected[i]) right++;
  return right / expected.length;
}
