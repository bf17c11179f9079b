import type { ScoreReport } from './score-report.ts';

/** What a reader of the numbers must be told. */
export function scoreRemarks(report: Omit<ScoreReport, 'remarks'>): readonly string[] {
  const { dimension, value, interval, n, realVsRealFloor, knownBadCeiling } = report;
  const fewest = Math.min(n.real, n.fake);
  const remarks: string[] = [];
  if (fewest <= dimension) {
    remarks.push(
      `${fewest} images are too few for ${dimension} features: the covariance is singular and the score far too high, take several times ${dimension}`,
    );
  }
  if (n.floor.heldOut < n.fake) {
    remarks.push(
      `the floor is of ${n.floor.heldOut} images where the score is of ${n.fake}, so it lies higher than it should`,
    );
  }
  if (n.knownBad < n.fake) remarks.push(`the known-bad ceiling is of ${n.knownBad} images only`);
  if (realVsRealFloor >= knownBadCeiling) {
    remarks.push('real images score no better than known-bad ones: at this n these features tell nothing');
  } else if (value >= knownBadCeiling) {
    remarks.push('the score is no better than that of known-bad images');
  }
  // A whole width below: the floor is one draw as well, and a perfect generator falls under it half the time.
  const width = interval.high - interval.low;
  if (value + width < realVsRealFloor && fewest > dimension && n.floor.heldOut === n.fake) {
    remarks.push('the score lies below the floor: look for copies of the real images');
  }
  return remarks;
}
