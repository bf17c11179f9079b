import type { Tensors } from './tensors.ts';

/** A workload made ready in this process. */
export interface Task {
  /** Trainable numbers, where there is a model. */
  readonly parameters?: number;
  /** What others need to compute the same. */
  readonly weights: () => Promise<Tensors>;
  readonly inputs: () => Promise<Tensors>;
  /** Numbers that depend on the weights and inputs alone. */
  check(): Promise<Record<string, number>>;
  /** The work that is timed, once. */
  run(): Promise<void>;
  /** Milliseconds of one call, where the task measures itself. */
  measure?(now: () => number): number;
  dispose(): Promise<void>;
}

/** Weights and inputs of another contestant; a task without them makes its own. */
export interface GivenTensors {
  readonly weights: Tensors;
  readonly inputs: Tensors;
}
