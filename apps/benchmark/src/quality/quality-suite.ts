import type { RandomStream, tf } from '@tintype/core-tensor';
import type { DataFiles } from '@tintype/datasets';
import type { SystemId } from '@tintype/recipes';
import type { Train } from './trained-model.ts';

/** A training and what it must show; the training and its figures are the recipe's, the suite says which and how many. */
export interface QualitySuite {
  readonly name: string;
  /** `monitors` watches the instruments themselves. */
  readonly system: SystemId | 'monitors';
  readonly description: string;
  /** Name of the suite whose trainings it measures too: what that one has trained with a seed is not trained again. */
  readonly sharesTrainingsOf?: string;
  /** Steps of the healthy training. */
  readonly steps: number;
  /** The form of seconds: checks without a `quickThreshold` take no part. */
  readonly quick?: { readonly steps: number };
  /** Names differ within a suite; several checks may share the id of one acceptance line. */
  readonly checks: readonly CheckDefinition[];
  /** Trains, measures and reports every check that takes part; what it leaves undisposed is disposed of for it. */
  measure(context: SuiteContext): Promise<void>;
}

export type CheckDefinition = Demonstration | NegativeControl;
export type Direction = '<=' | '>=';

/** `calibrated`: midway between the worst of three healthy and the best of three broken runs. */
export type Threshold = number | 'calibrated';

/** What a healthy training shows, and a broken one must not. */
export interface Demonstration {
  /** Acceptance line: `9.3`, `A8`. */
  readonly id: string;
  readonly name: string;
  readonly kind: 'D';
  readonly direction: Direction;
  /** A number only where one is promised. */
  readonly threshold: Threshold;
  /** Of the quick form; without it the check takes no part there. */
  readonly quickThreshold?: Threshold;
}

/** A deliberately broken variant that must be found out. */
export type NegativeControl = ThresholdControl | MonitorControl;

/** The broken variant must miss the threshold of a demonstration; it takes part where that one does. */
interface ThresholdControl {
  readonly id: string;
  readonly name: string;
  readonly kind: 'N';
  /** Name of the demonstration. Its direction and threshold are this check's too. */
  readonly breaks: string;
}

/** A monitor must fire on the broken variant. The figure is how often it did: at least once. */
interface MonitorControl {
  readonly id: string;
  readonly name: string;
  readonly kind: 'N';
  /** Name of the verdict: `mode-collapse`. */
  readonly monitor: string;
  /** Takes part in the quick form. @default false */
  readonly isQuick?: boolean;
}

/**
 * Figures of one check. A demonstration needs both, or it does not pass: `broken` comes from the controls that break it,
 * or is reported here.
 * A control needs `broken`; `healthy` is that of the demonstration, or how often the monitor fired on the healthy run.
 */
export interface Figures {
  readonly healthy?: number;
  readonly broken?: number;
}

export interface SuiteContext {
  readonly seed: number;
  readonly isQuick: boolean;
  /** Of the form that runs. */
  readonly steps: number;
  readonly files: DataFiles;
  /** The stream of the seed, as `tintype train --seed` has it. */
  readonly rng: RandomStream;
  readonly signal: AbortSignal;
  /** Whether this check takes part: what only serves others need not be trained. */
  isAsked(name: string): boolean;
  /** Figures may come one after the other. Throws `E_UNKNOWN_OPTION` for a check that the suite does not define. */
  report(name: string, figures: Figures): void;
  /** What else belongs beside the figures. Scores bring n, hash, floor, ceiling and interval along themselves. */
  fact(name: string, value: number | string): void;
  /** A sentence for the report and for the terminal. */
  note(text: string): void;
  /** Writes a PNG of images [n, h, w, c] in [-1, 1] among the results. Borrows the tensor. */
  grid(name: string, images: tf.Tensor4D, columns?: number): Promise<void>;
  readonly train: Train;
}

/** Fixes the types of a literal. */
export function defineSuite(suite: QualitySuite): QualitySuite {
  return suite;
}
