import Table from 'cli-table3';
import type { ProfileRow } from '../contestants/protocol.ts';
import type { CaseProfile } from './run-profile.ts';

const plain = { head: [], border: [] };
const shownShapes = 15;

/** Kernels by the time that they take in one call of the work, then the shapes that take most. */
export function describeProfile({ suite, system, threads, calls, milliseconds, rows }: CaseProfile): string {
  const perCall = milliseconds / calls;
  const inKernels = rows.reduce((sum, row) => sum + row.milliseconds, 0) / calls;
  const title = `${suite}: ${system}, ${threads} thread${threads === 1 ? '' : 's'}, ${perCall.toFixed(1)} ms a call`;
  const byKernel = table(['kernel'], byTime(groupByKernel(rows)), calls, perCall, ({ kernel }) => [kernel]);
  const others = `outside the kernels: ${(perCall - inKernels).toFixed(1)} ms`;
  const byShape = table(
    ['kernel', 'shapes'],
    byTime(rows).slice(0, shownShapes),
    calls,
    perCall,
    ({ kernel, shapes }) => [kernel, shapes],
  );
  return [title, byKernel, others, byShape].join('\n');
}

function table(
  names: readonly string[],
  rows: readonly ProfileRow[],
  calls: number,
  perCall: number,
  nameCells: (row: ProfileRow) => string[],
): string {
  const result = new Table({ head: [...names, 'calls', 'ms', 'share'], style: plain });
  for (const row of rows) {
    const milliseconds = row.milliseconds / calls;
    const share = `${((100 * milliseconds) / perCall).toFixed(1)} %`;
    result.push([...nameCells(row), +(row.calls / calls).toFixed(1), milliseconds.toFixed(2), share]);
  }
  return result.toString();
}

function groupByKernel(rows: readonly ProfileRow[]): readonly ProfileRow[] {
  const groups = new Map<string, ProfileRow>();
  for (const row of rows) {
    const { calls, milliseconds } = groups.get(row.kernel) ?? { calls: 0, milliseconds: 0 };
    groups.set(row.kernel, {
      kernel: row.kernel,
      shapes: '',
      calls: calls + row.calls,
      milliseconds: milliseconds + row.milliseconds,
    });
  }
  return [...groups.values()];
}

function byTime(rows: readonly ProfileRow[]): readonly ProfileRow[] {
  return [...rows].sort((a, b) => b.milliseconds - a.milliseconds);
}
