import type { Workload } from '../workloads/workload.ts';

// What a contestant process is asked and answers: one JSON object a line, on its standard input and output. A request
// carries a number that its answer repeats; an answer holds `result` or `error`.

export interface OpenRequest {
  readonly command: 'open';
  readonly workload: Workload;
  readonly threads: number;
  /** A folder for `weights.safetensors` and `inputs.safetensors`: written by the first contestant, read by the others. */
  readonly folder: string;
  readonly isFirst: boolean;
}

/** `cpu` is the time that the process had processors for: on a busy machine, with one thread. */
export type ClockName = 'wall' | 'cpu';

interface TimeRequest {
  readonly command: 'time';
  readonly calls: number;
  readonly clock: ClockName;
}

interface ProfileRequest {
  readonly command: 'profile';
  readonly calls: number;
  readonly clock: ClockName;
}

export type Request = OpenRequest | TimeRequest | ProfileRequest | { readonly command: 'memory' };

export interface OpenReply {
  /** Engine and version in words. */
  readonly engine: string;
  readonly backend: string;
  readonly device: string;
  readonly threads: number;
  /** Trainable numbers of the model, where the workload has one. */
  readonly parameters?: number;
  /** What all contestants must agree on, computed from the same weights and inputs: losses, gradient norms, sums. */
  readonly check: Readonly<Record<string, number>>;
}

export interface TimeReply {
  /** Of each call. */
  readonly milliseconds: readonly number[];
  /** GFLOP/s of the multiply-add probe around these calls, where the contestant has one. */
  readonly probe?: number;
}

export interface MemoryReply {
  /** Bytes of the wasm heap; absent for contestants without one. */
  readonly heapBytes?: number;
}

export interface ProfileRow {
  readonly kernel: string;
  /** Shapes of the inputs. */
  readonly shapes: string;
  readonly calls: number;
  /** Time in the kernel itself, without the kernels that it calls. */
  readonly milliseconds: number;
}

export interface ProfileReply {
  /** All of it, JavaScript between the kernels included. */
  readonly milliseconds: number;
  readonly rows: readonly ProfileRow[];
}
