import { type AcceptanceLine, acceptanceLines } from './acceptance-lines.ts';
import type { CheckDefinition, QualitySuite } from './quality-suite.ts';

export interface CoveredLine {
  readonly line: AcceptanceLine;
  /** Names of the checks that answer it; none where it is open. */
  readonly checks: readonly string[];
}

/** Each line of a system with its checks among the suites. */
export function coverageOf(
  system: AcceptanceLine['system'],
  suites: readonly QualitySuite[],
): readonly CoveredLine[] {
  const checks = suites.filter((suite) => suite.system === system).flatMap((suite) => suite.checks);
  return acceptanceLines
    .filter((line) => line.system === system)
    .map((line) => ({
      line,
      checks: checks.filter((check) => answers(check, line)).map(({ name }) => name),
    }));
}

function answers({ id, kind }: CheckDefinition, line: AcceptanceLine): boolean {
  return id === line.id && kind === line.kind;
}

/** Lines of these systems that no suite checks, as `7.8 N (style-gan)`. */
export function missingLines(
  systems: readonly AcceptanceLine['system'][],
  suites: readonly QualitySuite[],
): readonly string[] {
  return systems
    .flatMap((system) => coverageOf(system, suites))
    .filter(({ checks }) => checks.length === 0)
    .map(({ line }) => `${line.id} ${line.kind} (${line.system})`);
}

/** Checks whose id is no line of their suite's system. */
export function strayChecks(suites: readonly QualitySuite[]): readonly string[] {
  return suites.flatMap((suite) =>
    suite.checks
      .filter(({ id }) => !acceptanceLines.some((line) => line.id === id && line.system === suite.system))
      .map(({ id, name }) => `${suite.name}: ${id} ${name}`),
  );
}
