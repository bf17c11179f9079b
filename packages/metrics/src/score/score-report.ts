import type { Interval } from '../bootstrap/bootstrap-interval.ts';

/** A score with everything that it takes to read it. */
export interface ScoreReport {
  /** For example `FID-LeNet`: scores of two feature models do not compare. */
  readonly name: string;
  /** Of the feature model's weights. */
  readonly hash: string;
  /** Numbers in a feature vector. */
  readonly dimension: number;
  /** Smaller is better. */
  readonly value: number;
  /** Where the score of another draw of as many images would lie, with the probability `confidence`. */
  readonly interval: Interval;
  readonly confidence: number;
  /** Images behind the numbers. */
  readonly n: ScoreCounts;
  /** The same distance between real images and other real images: what a perfect generator gets at about this n. */
  readonly realVsRealFloor: number;
  /** The same distance of images known to be bad: a generator that is no better has learned nothing that counts here. */
  readonly knownBadCeiling: number;
  /** What a reader must know, in whole sentences without the full stop; empty where all is well. */
  readonly remarks: readonly string[];
}

export interface ScoreCounts {
  readonly real: number;
  readonly fake: number;
  readonly floor: { readonly real: number; readonly heldOut: number };
  readonly knownBad: number;
}
