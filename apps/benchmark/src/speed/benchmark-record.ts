/** One result, as every benchmark of the project gives it. */
export interface BenchmarkRecord {
  readonly suite: string;
  /** The model, or the kernel with its shape. */
  readonly system: string;
  readonly backend: string;
  readonly device: string;
  readonly threads: number;
  readonly metric: string;
  readonly unit: string;
  readonly lowerIsBetter: boolean;
  /** Median. */
  readonly value: number;
  readonly best: number;
  readonly p95: number;
  /** Measurements. */
  readonly n: number;
  readonly seed: number;
  readonly peer?: string;
  readonly peerValue?: number;
  readonly peerBest?: number;
  /** Ours ÷ peer of the bests, turned over where higher is better: up to 1 is at least as good. */
  readonly ratio?: number;
  /** Why the peer gave no value. */
  readonly peerMissing?: string;
  /** Best rate of a kernel ÷ best rate of the multiply-add probe on as many threads, in the same rounds. */
  readonly ofProbe?: number;
  readonly commit: string;
  readonly date: string;
}
