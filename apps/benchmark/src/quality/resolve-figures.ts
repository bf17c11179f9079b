import { best, orNull } from './compare.ts';
import type { CheckDefinition, Figures, QualitySuite } from './quality-suite.ts';

export interface ResolvedFigures {
  readonly healthy: number | null;
  readonly broken: number | null;
}

/**
 * Both figures of a check: a control shares the healthy one of the demonstration it breaks, and a demonstration must keep
 * apart every variant that breaks it, so that the best of them counts.
 */
export function resolveFigures(
  suite: QualitySuite,
  check: CheckDefinition,
  reported: ReadonlyMap<string, Figures>,
): ResolvedFigures {
  const own = reported.get(check.name);
  if (check.kind === 'N') {
    const shared = 'breaks' in check ? reported.get(check.breaks)?.healthy : own?.healthy;
    return { healthy: orNull(own?.healthy ?? shared), broken: orNull(own?.broken) };
  }
  const controls = suite.checks.filter(
    (each) => each.kind === 'N' && 'breaks' in each && each.breaks === check.name,
  );
  const broken = [own, ...controls.map(({ name }) => reported.get(name))]
    .map((figures) => orNull(figures?.broken))
    .filter((value) => value !== null);
  return {
    healthy: orNull(own?.healthy),
    broken: broken.length === 0 ? null : best(check.direction, broken),
  };
}
