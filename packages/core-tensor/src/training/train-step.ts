import type { tf } from '@tintype/backend';
import type { RandomStream } from '../random/random-stream.ts';
import type { TrainState } from './train-state.ts';

/** Named tensors: `images`, `labels`, `attributes`, `points`, `source`/`target`, `a`/`b`. Owned by the loop. */
export type Batch = Readonly<Record<string, tf.Tensor>>;

export interface PhaseContext {
  /** Steps completed before this one. */
  readonly step: number;
  /** This phase's stream for this step: a function of seed, phase name and step. */
  readonly rng: RandomStream;
  /** Lives for one step; later phases find what earlier ones left. Tensors in it are freed by the loop. */
  readonly shared: Map<string, unknown>;
}

export interface Phase {
  readonly name: string;
  /** The phase runs when (step − offset) is a multiple of the interval. */
  readonly interval: number;
  /** @default 0 */
  readonly offset?: number;
  /** Steps completed before the phase takes part. @default 0 */
  readonly fromStep?: number;
  /** Steps completed when it no longer does: a stage of a training in several. @default never */
  readonly untilStep?: number;
  /** One update. The scalars returned belong to the loop, which reads them together when it logs. */
  run(batch: Batch, context: PhaseContext): Readonly<Record<string, tf.Scalar>>;
}

export interface BatchRequest {
  readonly batchSize?: number;
  /** Side length in pixels. */
  readonly imageSize?: number;
}

/** What `createXTrainStep(model, optimizers, options)` returns: an ordered list of phases and their whole state. */
export interface TrainStep {
  readonly phases: readonly Phase[];
  readonly state: TrainState;
  batchRequest?(step: number): BatchRequest;
  /** Slices that the phases cut a batch into; an estimate of memory needs to know. @default 1 */
  readonly accumulate?: number;
  /** Frees optimisers and averages; the model belongs to its creator. */
  dispose(): void;
}

/** Batches by step: the order is a function of (seed, epoch), so resuming needs the step alone. */
export interface BatchSource {
  /** The batch of this step; the caller owns its tensors. */
  batch(step: number, request?: BatchRequest): Batch | Promise<Batch>;
}
