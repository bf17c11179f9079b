import { askedChecks, brokenDemonstration, statedThreshold } from './asked-checks.ts';
import { best, meets, worst } from './compare.ts';
import type { CheckDefinition, Demonstration, Direction, QualitySuite } from './quality-suite.ts';
import type { Calibration, SuiteResult, Triple } from './suite-result.ts';

/** The seeds of a calibration. */
export const calibrationSeeds = [0, 1, 2] as const;

/** Figures are kept to so many digits: they are copied into recipes and read by people. */
const keptDigits = 5;
const thresholdDigits = 3;

/** Sets the thresholds of a form of the suite. `results` are those of the seeds 0, 1 and 2. */
export function calibrateSuite(
  suite: QualitySuite,
  isQuick: boolean,
  results: readonly [SuiteResult, SuiteResult, SuiteResult],
): Calibration {
  const checks = askedChecks(suite, isQuick).map((check) => {
    const healthy = tripleOf(results, check.name, 'healthy');
    const broken = tripleOf(results, check.name, 'broken');
    const { direction, threshold } = boundOf(suite, check, isQuick, results);
    const isSeparated = threshold !== null && isApart({ direction, threshold, healthy, broken, check });
    return { id: check.id, name: check.name, healthy, broken, threshold, isSeparated };
  });
  const code = [...new Set(results.map((result) => result.code))];
  return { suite: suite.name, steps: results[0].steps, seeds: [...calibrationSeeds], code, checks };
}

type Results = readonly [SuiteResult, SuiteResult, SuiteResult];

function tripleOf([a, b, c]: Results, name: string, side: 'healthy' | 'broken'): Triple {
  const of = ({ figures }: SuiteResult) => {
    const value = figures[name]?.[side] ?? null;
    return value === null ? null : round(value, keptDigits);
  };
  return [of(a), of(b), of(c)];
}

interface Bound {
  readonly direction: Direction;
  readonly threshold: number | null;
}

function boundOf(suite: QualitySuite, check: CheckDefinition, isQuick: boolean, results: Results): Bound {
  if (check.kind === 'N' && 'monitor' in check) return { direction: '>=', threshold: 1 };
  const demonstration: Demonstration = check.kind === 'D' ? check : brokenDemonstration(suite, check.breaks);
  const { direction, name } = demonstration;
  const stated = statedThreshold(demonstration, isQuick);
  if (stated !== 'calibrated') return { direction, threshold: stated };
  const threshold = midway(direction, tripleOf(results, name, 'healthy'), tripleOf(results, name, 'broken'));
  return { direction, threshold };
}

/** Between the worst healthy and the best broken run; null where they overlap or one is missing. */
export function midway(direction: Direction, healthy: Triple, broken: Triple): number | null {
  if (!isWhole(healthy) || !isWhole(broken)) return null;
  const inner = worst(direction, healthy);
  const outer = best(direction, broken);
  if (!(direction === '<=' ? inner < outer : inner > outer)) return null;
  const middle = (inner + outer) / 2;
  const rounded = round(middle, thresholdDigits);
  return (rounded - inner) * (outer - rounded) > 0 ? rounded : middle;
}

interface Compared extends Bound {
  readonly threshold: number;
  readonly healthy: Triple;
  readonly broken: Triple;
  readonly check: CheckDefinition;
}

/** Every healthy run on one side of the threshold, every broken one on the other. */
function isApart({ direction, threshold, healthy, broken, check }: Compared): boolean {
  if (!isWhole(healthy) || !isWhole(broken)) return false;
  const isAlarm = check.kind === 'N' && 'monitor' in check;
  const [mustMeet, mustMiss] = isAlarm ? [broken, healthy] : [healthy, broken];
  return (
    mustMeet.every((value) => meets(direction, value, threshold)) &&
    mustMiss.every((value) => !meets(direction, value, threshold))
  );
}

function isWhole(triple: Triple): triple is [number, number, number] {
  return triple.every((value) => value !== null);
}

function round(value: number, digits: number): number {
  return Number(value.toPrecision(digits));
}
