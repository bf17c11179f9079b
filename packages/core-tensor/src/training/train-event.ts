import type { tf } from '@tintype/backend';

export interface MetricsEvent {
  readonly type: 'metrics';
  /** Steps completed. */
  readonly step: number;
  /**
   * The last value of each scalar since the metrics event before: under the phase's own name for it, or
   * `<phase>/<name>` where the step has several phases.
   */
  readonly values: Readonly<Record<string, number>>;
  readonly stepsPerSecond: number;
}

export interface PreviewEvent {
  readonly type: 'preview';
  readonly step: number;
  /** [n, h, w, c] in [-1, 1]; freed by the loop when the consumer asks for the next event. */
  readonly images: tf.Tensor4D;
}

export interface VerdictEvent {
  readonly type: 'verdict';
  readonly step: number;
  /** What is wrong, as a name: `mode-collapse`, `posterior-collapse` … */
  readonly verdict: string;
  readonly evidence: Readonly<Record<string, number>>;
  readonly advice: string;
}

export interface CheckpointEvent {
  readonly type: 'checkpoint';
  readonly step: number;
  /** The folder, relative to the run. */
  readonly path: string;
}

export type TrainEvent = MetricsEvent | PreviewEvent | VerdictEvent | CheckpointEvent;
