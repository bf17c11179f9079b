import Table from 'cli-table3';
import { isLeadingFact } from './score-facts.ts';
import type { CheckResult, SuiteResult } from './suite-result.ts';

const plain = { head: [], border: [] };

/** The results as tables for a terminal, a line for each check. */
export function describeResults(results: readonly SuiteResult[]): string {
  return results.map(describeResult).join('\n\n');
}

function describeResult(result: SuiteResult): string {
  const { suite, seed, steps, isQuick, checks, pass, controls, reasons, facts } = result;
  const table = new Table({
    head: ['line', 'check', '', 'value', 'must be', 'healthy', 'broken', ''],
    style: plain,
  });
  for (const check of checks) {
    table.push([
      check.id,
      check.name,
      check.kind,
      describeFigure(check.value),
      describeBound(check, controls[check.name]),
      check.healthy.map(describeFigure).join(' '),
      check.broken.map(describeFigure).join(' '),
      check.pass ? 'ok' : 'FAILED',
    ]);
  }
  const stated = Object.entries(facts)
    .filter(([name]) => isLeadingFact(name))
    .map(([name, value]) => `${name} ${describeFact(value)}`);
  return [
    `${suite}${isQuick ? ' (quick)' : ''}: seed ${seed}, ${steps} steps, ${pass ? 'ok' : 'FAILED'}`,
    table.toString(),
    ...(stated.length === 0 ? [] : [stated.join(', ')]),
    ...Object.entries(reasons).map(([name, reason]) => `${name}: ${reason}`),
  ].join('\n');
}

/** A control must miss what the demonstration it breaks must meet. */
export function describeBound(
  { direction, threshold }: CheckResult,
  control: SuiteResult['controls'][string] | undefined,
): string {
  if (threshold === null) return '–';
  const isMissing = control !== undefined && 'breaks' in control;
  const signs = isMissing ? { '<=': '>', '>=': '<' } : { '<=': '≤', '>=': '≥' };
  return `${signs[direction]} ${describeFigure(threshold)}`;
}

export function describeFigure(value: number | null): string {
  if (value === null) return '–';
  if (Number.isInteger(value) || Math.abs(value) >= 1e4) return String(Math.round(value));
  return Number(value.toPrecision(4)).toString();
}

export function describeFact(value: number | string): string {
  return typeof value === 'number' ? describeFigure(value) : value;
}
