import type { ScoreReport } from '@tintype/metrics';

/** What no score is quoted without, by the name that the report shows. */
export function scoreFacts(score: ScoreReport): Readonly<Record<string, number | string>> {
  const { name, hash, n, realVsRealFloor, knownBadCeiling, interval } = score;
  return {
    [`${name} network`]: hash,
    [`${name} n`]: n.fake,
    [`${name} n real`]: n.real,
    [`${name} floor, real against real`]: realVsRealFloor,
    [`${name} ceiling, known bad`]: knownBadCeiling,
    [`${name} interval from`]: interval.low,
    [`${name} interval to`]: interval.high,
  };
}
