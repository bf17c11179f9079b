import type { Workload } from './workload.ts';

/** One row of a suite. */
export interface BenchmarkCase {
  /** The row's name within its suite. */
  readonly system: string;
  readonly workload: Workload;
  /** Calls in one round of one contestant: kernels are short, so that a round has several. */
  readonly calls: number;
  /** Calls before the first round, so that engines have compiled. */
  readonly warmUpCalls: number;
}
