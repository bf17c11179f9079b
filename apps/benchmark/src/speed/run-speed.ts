import { createPeer, createTintype } from '../contestants/peers.ts';
import type { Terminal } from '../terminal.ts';
import type { BenchmarkCase } from '../workloads/benchmark-case.ts';
import { quickCases, type SuiteName, suites } from '../workloads/suites.ts';
import type { BenchmarkRecord } from './benchmark-record.ts';
import type { Provenance } from './make-records.ts';
import { runSuite } from './run-suite.ts';
import type { SpeedOptions } from './speed-options.ts';
import { waitForIdle } from './wait-for-idle.ts';

/** Measures every asked-for row. Throws `ContestantError` where our own engine does not run. */
export async function runSpeed(
  options: SpeedOptions,
  terminal: Terminal,
  provenance: Provenance,
): Promise<BenchmarkRecord[]> {
  const { threads, rounds, clock, timeout, idleTimeout, python } = options;
  const note = terminal.note;
  const contestant = { threads, timeoutMs: timeout * 1000, note, ...(python !== undefined && { python }) };
  const records: BenchmarkRecord[] = [];
  for (const [suite, cases] of askedCases(options)) {
    const suiteRecords = await runSuite({
      suite,
      cases,
      makers: {
        ours: () => createTintype(contestant),
        peers: options.peers.map((name) => () => createPeer(name, contestant)),
      },
      threads,
      rounds,
      clock,
      provenance,
      note,
      waitForIdle: async () => {
        const share = await waitForIdle({ timeoutMs: idleTimeout * 1000 });
        if (share !== undefined && share >= 0.08)
          note(`  the machine is busy (${Math.round(100 * share)} %)\n`);
      },
    });
    records.push(...suiteRecords);
  }
  return records;
}

/** The rows by suite; suites without any are left out. */
export function askedCases({
  suites: names,
  systems,
  isQuick,
}: SpeedOptions): readonly (readonly [SuiteName, readonly BenchmarkCase[]])[] {
  if (isQuick) return [['gemm', quickCases]];
  return names
    .map((name) => {
      const cases = suites[name].filter(
        ({ system }) => systems.length === 0 || systems.some((start) => system.startsWith(start)),
      );
      return [name, cases] as const;
    })
    .filter(([, cases]) => cases.length > 0);
}
