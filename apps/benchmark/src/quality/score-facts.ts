import type { ScoreReport } from '@tintype/metrics';

/** What no score is quoted without, by names that the report shows. */
export function scoreFacts(variant: string, score: ScoreReport): Readonly<Record<string, number | string>> {
  const { name, hash, n, value, realVsRealFloor, knownBadCeiling, interval } = score;
  return {
    [`${name} network`]: hash,
    [`${variant}: ${name}`]: value,
    [`${variant}: ${name} n`]: n.fake,
    [`${variant}: ${name} n real`]: n.real,
    [`${variant}: ${name} floor, real against real`]: realVsRealFloor,
    [`${variant}: ${name} ceiling, known bad`]: knownBadCeiling,
    [`${variant}: ${name} from`]: interval.low,
    [`${variant}: ${name} to`]: interval.high,
  };
}

/** Those that stand beside the figures at first sight: of the healthy training. */
export function isLeadingFact(name: string): boolean {
  return name.startsWith('healthy: ') || name.endsWith(' network') || name === 'n';
}
