import type { BackendInfo } from '@tintype/core-tensor';
import type { DataFiles } from '@tintype/datasets';
import type { ScoreReport } from '@tintype/metrics';

/** Where and how the variants of a suite are trained. */
export interface TrainingPlace {
  /** Folder of the suite's seed; a variant is a folder in it. */
  readonly root: string;
  readonly seed: number;
  /** Where a request leaves them open. */
  readonly steps: number;
  readonly files: DataFiles;
  readonly signal: AbortSignal;
  readonly backend: BackendInfo['name'];
  readonly code: string;
  /** Goes on with trainings of other code. */
  readonly isReusing: boolean;
  note(text: string): void;
  /** Told each score that a variant's `evaluate` gives. */
  onScore(variant: string, score: ScoreReport): void;
  /** Told after the training: steps that were taken now, and whether all of them are of this code. */
  onTrained(steps: number, isOwn: boolean): void;
}
