import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Contestant } from '../contestants/contestant.ts';
import type { ClockName, OpenReply } from '../contestants/protocol.ts';
import type { BenchmarkCase } from '../workloads/benchmark-case.ts';
import { disagreement } from './agreement.ts';
import type { BenchmarkRecord } from './benchmark-record.ts';
import { interleave } from './interleave.ts';
import {
  type CaseResult,
  heapRecord,
  makeRecords,
  type PeerResult,
  type Provenance,
} from './make-records.ts';

/** Makes the contestants of one suite anew: a heap is that of one suite alone. */
interface ContestantMakers {
  readonly ours: () => Contestant;
  readonly peers: readonly (() => Contestant)[];
}

export interface RunOptions {
  readonly suite: string;
  readonly cases: readonly BenchmarkCase[];
  readonly makers: ContestantMakers;
  readonly threads: number;
  readonly rounds: number;
  readonly clock: ClockName;
  readonly provenance: Provenance;
  readonly note: (text: string) => void;
  readonly waitForIdle: () => Promise<void>;
}

/** Runs the cases of one suite. Throws `ContestantError` where ours does not run; a peer that does not is reported. */
export async function runSuite(options: RunOptions): Promise<BenchmarkRecord[]> {
  const ours = options.makers.ours();
  const peers = options.makers.peers.map((make) => make());
  try {
    const records: BenchmarkRecord[] = [];
    for (const benchmarkCase of options.cases) {
      records.push(...(await runCase(options, benchmarkCase, ours, peers)));
    }
    return records;
  } finally {
    await Promise.all([ours, ...peers].map((contestant) => contestant.close()));
  }
}

async function runCase(
  options: RunOptions,
  benchmarkCase: BenchmarkCase,
  ours: Contestant,
  peers: readonly Contestant[],
): Promise<BenchmarkRecord[]> {
  const { suite, threads, rounds, clock, provenance, note, waitForIdle } = options;
  note(`${suite}: ${benchmarkCase.system}\n`);
  const folder = mkdtempSync(join(tmpdir(), 'tintype-bench-'));
  const request = { workload: benchmarkCase.workload, threads, folder };
  try {
    const opened = await ours.open({ ...request, isFirst: true });
    note(`  ${describeOpened(opened)}\n`);
    const missing = new Map<Contestant, string>();
    const drop = (contestant: Contestant, why: string) => {
      missing.set(contestant, why);
      note(`  ${contestant.name} drops out: ${why}\n`);
    };
    for (const peer of peers) {
      const why = await open(peer, opened, { ...request, isFirst: false }, note);
      if (why !== undefined) drop(peer, why);
    }
    const present = peers.filter((peer) => !missing.has(peer));
    const playedRounds = await interleave([ours, ...present], {
      rounds,
      clock,
      ...benchmarkCase,
      waitForIdle,
      onFailure: (contestant, error) => {
        if (contestant === ours) throw error;
        drop(contestant, messageOf(error));
      },
    });
    const results: readonly PeerResult[] = peers.map((peer) => ({
      name: peer.name,
      ...(missing.has(peer) && { missing: missing.get(peer) }),
    }));
    const result: CaseResult = {
      suite,
      benchmarkCase,
      ours: opened,
      peers: results,
      rounds: playedRounds.map(({ replies }) => ({
        replies: [replies[0], ...peers.map((peer) => replies[present.indexOf(peer) + 1 || replies.length])],
      })),
      clock,
      provenance,
    };
    return [...makeRecords(result), ...(await heapOf(ours, result))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Why the peer cannot take part, or undefined where it computes what ours does. */
async function open(
  peer: Contestant,
  ours: OpenReply,
  request: Parameters<Contestant['open']>[0],
  note: (text: string) => void,
): Promise<string | undefined> {
  try {
    const opened = await peer.open(request);
    note(`  ${describeOpened(opened)}\n`);
    const why = disagreement(ours, opened);
    return why === undefined ? undefined : `it does not compute the same: ${why}`;
  } catch (error) {
    return messageOf(error);
  }
}

async function heapOf(ours: Contestant, result: CaseResult): Promise<BenchmarkRecord[]> {
  if (result.benchmarkCase.workload.kind !== 'step') return [];
  const { heapBytes } = await ours.memory();
  return heapBytes === undefined ? [] : [heapRecord(result, heapBytes)];
}

function describeOpened({ engine, threads, parameters, check }: OpenReply): string {
  const numbers = Object.entries(check).map(([name, value]) => `${name} ${value.toPrecision(6)}`);
  const count = parameters === undefined ? '' : `${parameters.toLocaleString('en')} parameters, `;
  return `${engine}, ${threads} thread${threads === 1 ? '' : 's'}: ${count}${numbers.join(', ')}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
