import { askedChecks, brokenDemonstration, statedThreshold } from './asked-checks.ts';
import { meets } from './compare.ts';
import type { CheckDefinition, Figures, NegativeControl, QualitySuite } from './quality-suite.ts';
import { type ResolvedFigures, resolveFigures } from './resolve-figures.ts';
import type { Calibration, CheckResult, SuiteResult, Triple } from './suite-result.ts';

const unknown: Triple = [null, null, null];

export type Judgement = Pick<SuiteResult, 'checks' | 'pass' | 'controls' | 'reasons' | 'figures'>;

/** Holds the figures against the thresholds. What was not measured or not calibrated does not pass, and says why. */
export function judgeSuite(
  suite: QualitySuite,
  isQuick: boolean,
  reported: ReadonlyMap<string, Figures>,
  calibration: Calibration | undefined,
): Judgement {
  const reasons: Record<string, string> = {};
  const controls: SuiteResult['controls'] = {};
  const figures: Record<string, { healthy: number | null; broken: number | null }> = {};
  const checks = askedChecks(suite, isQuick).map((check): CheckResult => {
    const own = resolveFigures(suite, check, reported);
    figures[check.name] = own;
    if (check.kind === 'N') controls[check.name] = targetOf(check);
    const calibrated = calibration?.checks.find(({ id, name }) => id === check.id && name === check.name);
    const { direction, threshold, reason } = thresholdOf(suite, check, isQuick, calibration);
    const value = check.kind === 'D' ? own.healthy : own.broken;
    const failure = missing(own, value) ?? (threshold === null ? reason : undefined);
    if (failure !== undefined) reasons[check.name] = failure;
    return {
      id: check.id,
      name: check.name,
      kind: check.kind,
      direction,
      value,
      threshold,
      healthy: calibrated?.healthy ?? unknown,
      broken: calibrated?.broken ?? unknown,
      pass:
        failure === undefined &&
        value !== null &&
        threshold !== null &&
        doesPass(check, meets(direction, value, threshold)),
    };
  });
  return { checks, pass: checks.length > 0 && checks.every(({ pass }) => pass), controls, reasons, figures };
}

/** A demonstration that nothing broken was held against proves nothing. */
function missing({ broken }: ResolvedFigures, value: number | null): string | undefined {
  if (value === null) return 'not measured, or not a number';
  return broken === null ? 'no broken variant was measured against it' : undefined;
}

function targetOf(check: NegativeControl): SuiteResult['controls'][string] {
  return 'breaks' in check ? { breaks: check.breaks } : { monitor: check.monitor };
}

/** A threshold control passes where the broken variant misses; a monitor's where it fired. */
function doesPass(check: CheckDefinition, isMet: boolean): boolean {
  return check.kind === 'N' && 'breaks' in check ? !isMet : isMet;
}

interface Bound {
  readonly direction: '<=' | '>=';
  readonly threshold: number | null;
  /** Why there is none. */
  readonly reason?: string;
}

function thresholdOf(
  suite: QualitySuite,
  check: CheckDefinition,
  isQuick: boolean,
  calibration: Calibration | undefined,
): Bound {
  if (check.kind === 'N' && 'monitor' in check) return { direction: '>=', threshold: 1 };
  const demonstration = check.kind === 'D' ? check : brokenDemonstration(suite, check.breaks);
  const { direction, name, id } = demonstration;
  const stated = statedThreshold(demonstration, isQuick);
  if (stated !== 'calibrated') return { direction, threshold: stated };
  const found = calibration?.checks.find((each) => each.id === id && each.name === name);
  if (!found)
    return { direction, threshold: null, reason: 'not calibrated: the seeds 0, 1 and 2 come first' };
  if (found.threshold === null) {
    return { direction, threshold: null, reason: 'overlap: healthy and broken runs cannot be told apart' };
  }
  return { direction, threshold: found.threshold };
}
