import { TintypeError } from '@tintype/core-tensor';

/**
 * Area under the ROC curve: the probability that a positive scores above a negative, a tie counting one half (the
 * Mann–Whitney statistic; Fawcett 2006, "An introduction to ROC analysis"). 0.5 is chance, 1 a clean separation, below 0.5 means
 * that the sign of the score is wrong. ±∞ are scores like others.
 * @throws TintypeError `E_DATA` where one side is empty or a score is NaN
 */
export function areaUnderRoc(positives: ArrayLike<number>, negatives: ArrayLike<number>): number {
  const sorted = sortedScores(negatives, 'negatives');
  const scores = sortedScores(positives, 'positives');
  let below = 0;
  let notAbove = 0;
  let wins = 0;
  for (const score of scores) {
    while (below < sorted.length && sorted[below]! < score) below++;
    while (notAbove < sorted.length && sorted[notAbove]! <= score) notAbove++;
    wins += (below + notAbove) / 2;
  }
  return wins / (scores.length * sorted.length);
}

function sortedScores(scores: ArrayLike<number>, name: string): Float64Array {
  const values = Float64Array.from(scores);
  const problem =
    values.length === 0 ? 'there are no scores' : values.some(Number.isNaN) ? 'a score is NaN' : '';
  if (problem !== '') throw new TintypeError('E_DATA', { where: `areaUnderRoc.${name}`, what: problem });
  return values.sort();
}
