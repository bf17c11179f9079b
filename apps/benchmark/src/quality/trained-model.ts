import type {
  BatchSource,
  Model,
  Monitor,
  RandomStream,
  TrainStep,
  VerdictEvent,
} from '@tintype/core-tensor';
import type { CreatedModel, Recipe } from '@tintype/recipes';

export interface TrainingRequest<Config, M extends Model> {
  /** Folder of the training within its suite and seed: `healthy`, `shuffled-labels`. */
  readonly variant: string;
  /** Batches to train; after those of `from`, where it branches. @default the suite's */
  readonly steps?: number;
  /** @default the suite's */
  readonly seed?: number;
  /** Other values of the recipe's config. */
  readonly changes?: Partial<Config>;
  /** @default the recipe's */
  readonly batchSize?: number;
  /** Branches: starts with the weights, optimisers and averages of this one's checkpoint. */
  readonly from?: { readonly folder: string; readonly totalSteps: number };
  /** Other data, made of the recipe's own: labels shuffled, pairs mixed. */
  readonly batches?: (batches: BatchSource) => BatchSource;
  /** Another step, made of the recipe's own: phases left out, latents repeated. Its state must be the recipe's. */
  readonly trainStep?: (created: CreatedModel<M>) => TrainStep;
  /** @default the recipe's */
  readonly monitors?: (created: CreatedModel<M>) => Promise<readonly Monitor[]>;
  /** Steps between checkpoints, hence the most that an interruption costs. @default 500 */
  readonly checkpointEvery?: number;
}

interface EvaluationRequest<Options> {
  /** Images. */
  readonly count: number;
  /** Other sampling options than the recipe's. */
  readonly options?: Partial<Options>;
  /** What tells the score apart from others of this training in the report. */
  readonly of?: string;
}

/** A training that has come to its end. The model holds the averaged weights where the recipe keeps an average. */
export interface TrainedModel<Config = object, M extends Model = Model, Options extends object = object> {
  readonly model: M;
  readonly created: CreatedModel<M>;
  readonly config: Config;
  readonly recipe: Recipe<Config, M, Options>;
  /** A run folder: `tintype sample` and `tintype evaluate` read it too. */
  readonly folder: string;
  /** Steps since the first initialisation, those before a branch included. */
  readonly totalSteps: number;
  /** The stream of the training's seed. */
  readonly rng: RandomStream;
  /** What the monitors said, first to last, also before an interruption. */
  readonly verdicts: readonly VerdictEvent[];
  /** Logged scalars by name: [step, value]. */
  readonly losses: Readonly<Record<string, readonly (readonly [number, number])[]>>;
  /** The recipe's own `evaluate` on the images that `tintype evaluate` measures. */
  evaluate(request: EvaluationRequest<Options>): Promise<Readonly<Record<string, number>>>;
  /** Runs with the weights of the last step in place of their average. */
  withRawWeights<T>(run: () => T | Promise<T>): Promise<T>;
  dispose(): void;
}

/**
 * Trains a recipe in the suite's folder, from where an interrupted run stopped; a finished one is only loaded. The same
 * request gives the same weights bit for bit, whether interrupted or not. Throws what `trainLoop` throws.
 */
export type Train = <Config extends object, M extends Model, Options extends object>(
  recipe: Recipe<Config, M, Options>,
  request: TrainingRequest<Config, M>,
) => Promise<TrainedModel<Config, M, Options>>;
