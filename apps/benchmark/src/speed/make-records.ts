import type { ClockName, OpenReply, TimeReply } from '../contestants/protocol.ts';
import type { BenchmarkCase } from '../workloads/benchmark-case.ts';
import { operationsOf } from '../workloads/workload.ts';
import type { BenchmarkRecord } from './benchmark-record.ts';
import { keepQuietRounds, type Round } from './interleave.ts';
import { type Summary, summarize } from './statistics.ts';

/** Where and when it was measured. */
export interface Provenance {
  readonly commit: string;
  readonly date: string;
}

export interface CaseResult {
  readonly suite: string;
  readonly benchmarkCase: BenchmarkCase;
  readonly ours: OpenReply;
  readonly peers: readonly PeerResult[];
  /** Ours first, then the peers in order. */
  readonly rounds: readonly Round[];
  readonly clock: ClockName;
  readonly provenance: Provenance;
}

export interface PeerResult {
  readonly name: string;
  /** Why it does not take part, or not any more. */
  readonly missing?: string;
}

/** One record for each peer; one without a peer where there are none. Empty where ours gave no measurement. */
export function makeRecords(result: CaseResult): BenchmarkRecord[] {
  const rounds = keepQuietRounds(result.rounds);
  const measured = measure(result, repliesOf(rounds, 0));
  if (measured === undefined) return [];
  const { summary, ...metric } = measured;
  const base = {
    suite: result.suite,
    system: result.benchmarkCase.system,
    backend: result.ours.backend,
    device: result.ours.device,
    threads: result.ours.threads,
    ...metric,
    ...valuesOf(summary),
    seed: 0,
    ...probeShare(metric.metric, summary, repliesOf(rounds, 0)),
  };
  if (result.peers.length === 0) return [{ ...base, ...result.provenance }];
  return result.peers.map(({ name, missing }, i) => {
    const theirs = missing === undefined ? measure(result, repliesOf(rounds, i + 1)) : undefined;
    return {
      ...base,
      peer: name,
      ...(theirs
        ? {
            peerValue: theirs.summary.median,
            peerBest: theirs.summary.best,
            ratio: ratioOf(summary.best, theirs.summary.best, metric.lowerIsBetter),
          }
        : { peerMissing: missing ?? 'no measurement' }),
      ...result.provenance,
    };
  });
}

/** Ours ÷ peer where lower is better, peer ÷ ours where higher is. */
function ratioOf(ours: number, theirs: number, lowerIsBetter: boolean): number {
  return lowerIsBetter ? ours / theirs : theirs / ours;
}

/** The size of the wasm heap after the steps, as a record of its own. */
export function heapRecord(result: CaseResult, heapBytes: number): BenchmarkRecord {
  const { suite, benchmarkCase, ours, provenance } = result;
  const { backend, device, threads } = ours;
  const metric = { metric: 'heap', unit: 'GB', lowerIsBetter: true };
  const values = valuesOf(summarize([heapBytes / 1e9], true));
  const { system } = benchmarkCase;
  return { suite, system, backend, device, threads, ...metric, ...values, seed: 0, ...provenance };
}

function repliesOf(rounds: readonly Round[], contestant: number): readonly TimeReply[] {
  return rounds.flatMap(({ replies }) => replies[contestant] ?? []);
}

function valuesOf({ median, best, p95, n }: Summary): Pick<BenchmarkRecord, 'value' | 'best' | 'p95' | 'n'> {
  return { value: median, best, p95, n };
}

type Metric = Pick<BenchmarkRecord, 'metric' | 'unit' | 'lowerIsBetter'>;

/** Kernels as a rate, steps as a time, samples as a time per image. */
function measure(
  { benchmarkCase: { workload }, clock }: CaseResult,
  replies: readonly TimeReply[],
): (Metric & { summary: Summary }) | undefined {
  const milliseconds = replies.flatMap((reply) => reply.milliseconds);
  if (milliseconds.length === 0) return undefined;
  if (workload.kind === 'sample') {
    const summary = summarize(
      milliseconds.map((each) => each / workload.batch),
      true,
    );
    const metric = clock === 'wall' ? 'timePerImage' : 'processorTimePerImage';
    return { metric, unit: 'ms', lowerIsBetter: true, summary };
  }
  const operations = operationsOf(workload);
  if (operations === undefined) {
    const summary = summarize(milliseconds, true);
    const metric = clock === 'wall' ? 'stepTime' : 'stepProcessorTime';
    return { metric, unit: 'ms', lowerIsBetter: true, summary };
  }
  const rates = milliseconds.map((each) => operations / each / 1e6);
  return {
    metric: 'throughput',
    unit: 'GFLOP/s',
    lowerIsBetter: false,
    summary: summarize(rates, false),
  };
}

function probeShare(
  metric: string,
  { best }: Summary,
  replies: readonly TimeReply[],
): Pick<BenchmarkRecord, 'ofProbe'> {
  const probe = Math.max(0, ...replies.map((reply) => reply.probe ?? 0));
  return metric === 'throughput' && probe > 0 ? { ofProbe: best / probe } : {};
}
