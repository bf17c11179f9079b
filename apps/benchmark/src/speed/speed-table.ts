import Table from 'cli-table3';
import type { BenchmarkRecord } from './benchmark-record.ts';
import type { GateResult } from './gates.ts';

const plain = { head: [], border: [] };

/** The records as a table for a terminal: a line for each, peers beside ours. */
export function describeRecords(records: readonly BenchmarkRecord[]): string {
  const table = new Table({
    head: [
      'suite',
      'system',
      'threads',
      'unit',
      'best',
      'median',
      'p95',
      'of probe',
      'peer',
      'peer best',
      'ratio',
    ],
    style: plain,
  });
  for (const record of records) {
    const { suite, system, threads, unit, best, value, p95, ofProbe, peer, peerBest, ratio } = record;
    table.push([
      suite,
      system,
      threads,
      unit,
      ...[best, value, p95, ofProbe].map(describeNumber),
      peer ?? '–',
      record.peerMissing === undefined ? describeNumber(peerBest) : 'missing',
      describeNumber(ratio),
    ]);
  }
  const missing = new Set(
    records.flatMap(({ suite, peer, peerMissing }) =>
      peerMissing === undefined ? [] : [`${suite}: ${peer} is missing: ${peerMissing}`],
    ),
  );
  return [table.toString(), ...missing].join('\n');
}

export function describeGates(results: readonly GateResult[]): string {
  return results
    .map(({ gate, record, figure, limit, isMet }) => {
      const verdict = isMet ? 'ok    ' : 'FAILED';
      return `${verdict} ${gate}  (${record}: ${describeNumber(figure)}, limit ${describeNumber(limit)})`;
    })
    .join('\n');
}

function describeNumber(value: number | undefined): string {
  if (value === undefined) return '–';
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
