import type { ScoreReport } from './score-report.ts';

/**
 * A report in one line: `FID-LeNet 41.2 (95 % 38.9 … 43.6; n 1000 against 10000 real; real-vs-real floor 10.6; known bad 850;
 * features 0123456789abcdef)`, with its remarks behind.
 */
export function describeScore(report: ScoreReport): string {
  const { name, hash, value, interval, confidence, n, realVsRealFloor, knownBadCeiling, remarks } = report;
  const facts = [
    `${percent(confidence)} ${round(interval.low)} … ${round(interval.high)}`,
    `n ${n.fake} against ${n.real} real`,
    `real-vs-real floor ${round(realVsRealFloor)}`,
    `known bad ${round(knownBadCeiling)}`,
    `features ${hash}`,
  ];
  const notes = remarks.map((remark) => `; note: ${remark}`).join('');
  return `${name} ${round(value)} (${facts.join('; ')})${notes}`;
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(1))} %`;
}

/** Three significant digits, and all those before the point. */
function round(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
