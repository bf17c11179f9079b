import type { RandomStream } from '../random/random-stream.ts';

export interface MonitorContext {
  /** Steps completed. */
  readonly step: number;
  /** The last reading of each scalar, by the name it has in metrics events. */
  readonly values: Readonly<Record<string, number>>;
  /** The first reading of each since this loop began, hence before it could go wrong. */
  readonly firstValues?: Readonly<Record<string, number>>;
  /** A function of seed, monitor name and step. */
  readonly rng: RandomStream;
  readonly signal?: AbortSignal;
}

export interface Verdict {
  /** What is wrong, as a name: `mode-collapse`, `posterior-collapse` … */
  readonly verdict: string;
  readonly evidence: Readonly<Record<string, number>>;
  readonly advice: string;
}

/** Watches a running training. It warns, it never stops it; what it needs (features, classes) it was created with. */
export interface Monitor {
  readonly name: string;
  /** Steps between checks. */
  readonly interval: number;
  /** Nothing where all is well. Frees the tensors it makes. */
  check(context: MonitorContext): Verdict | undefined | Promise<Verdict | undefined>;
  /** Frees what the monitor owns; whoever created it calls this after the training. */
  dispose?(): void;
}
