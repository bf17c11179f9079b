import type { ScoreReport } from '@tintype/metrics';
import { describeFigure } from './quality-table.ts';

/** What no score is quoted without, by the name that the report shows. */
export function scoreFacts(score: ScoreReport): Readonly<Record<string, number | string>> {
  const { name, n, hash, realVsRealFloor, knownBadCeiling, interval } = score;
  return {
    [`${name} n`]: n,
    [`${name} network`]: hash,
    [`${name} floor`]: describeFigure(realVsRealFloor),
    [`${name} ceiling`]: describeFigure(knownBadCeiling),
    [`${name} interval`]: `${describeFigure(interval.low)} … ${describeFigure(interval.high)}`,
  };
}
