import type { CheckDefinition, Demonstration, QualitySuite, Threshold } from './quality-suite.ts';

/** The checks that take part in a form of the suite. */
export function askedChecks(suite: QualitySuite, isQuick: boolean): readonly CheckDefinition[] {
  if (!isQuick) return suite.checks;
  if (!suite.quick) return [];
  return suite.checks.filter((check) => {
    if (check.kind === 'D') return check.quickThreshold !== undefined;
    if ('monitor' in check) return check.isQuick === true;
    return brokenDemonstration(suite, check.breaks).quickThreshold !== undefined;
  });
}

/** Throws where the suite defines no such demonstration. */
export function brokenDemonstration(suite: QualitySuite, name: string): Demonstration {
  const found = suite.checks.find((check) => check.kind === 'D' && check.name === name);
  if (found?.kind === 'D') return found;
  throw new Error(`Suite ${suite.name}: a control breaks "${name}", which is none of its demonstrations.`);
}

export function statedThreshold(check: Demonstration, isQuick: boolean): Threshold {
  return isQuick ? (check.quickThreshold ?? 'calibrated') : check.threshold;
}

export function stepsOf(suite: QualitySuite, isQuick: boolean): number {
  return isQuick ? (suite.quick?.steps ?? suite.steps) : suite.steps;
}
