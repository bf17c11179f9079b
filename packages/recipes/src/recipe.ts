import type { BatchSource, Ema, Model, RandomStream, TrainStep, tf } from '@tintype/core-tensor';
import type { DataFiles } from '@tintype/datasets';

/** The fourteen systems: the same ids in folders, JSON, docs and command line. */
export type SystemId =
  | 'gan'
  | 'conditional-gan'
  | 'pix2pix'
  | 'cycle-gan'
  | 'star-gan'
  | 'progressive-gan'
  | 'style-gan'
  | 'autoencoder'
  | 'vae'
  | 'vq-vae'
  | 'ddpm'
  | 'ddim'
  | 'classifier-guidance'
  | 'classifier-free-guidance';

export interface DataOptions {
  readonly files: DataFiles;
  readonly batchSize: number;
  /** Order of the data: a function of (rng, epoch). */
  readonly rng: RandomStream;
}

export interface SampleRequest<Options> {
  readonly count: number;
  /** Sample i is the same image in any batch: indices run from here. */
  readonly firstIndex: number;
  readonly rng: RandomStream;
  readonly options: Options;
}

/** What a finished training must show; the quality suites check it. */
export interface Expectation {
  /** Line of the acceptance list, for example `9.3`. */
  readonly id: string;
  readonly name: string;
}

export interface CreatedModel<M extends Model> {
  readonly model: M;
  readonly trainStep: TrainStep;
  readonly ema?: Ema;
}

/** A ready-made training. Its length is a number of steps, never of minutes. */
export interface Recipe<Config = object, M extends Model = Model, Options extends object = object> {
  readonly name: string;
  readonly system: SystemId;
  readonly description: string;
  data(options: DataOptions): Promise<BatchSource>;
  readonly config: Readonly<Config>;
  readonly steps: number;
  readonly batchSize: number;
  create(config: Config, rng: RandomStream): CreatedModel<M>;
  /** A grid's worth of images [n, h, w, c] in [-1, 1] at fixed seeds. */
  preview(model: M, rng: RandomStream): tf.Tensor4D | Promise<tf.Tensor4D>;
  /** Batches of images [b, h, w, c]; the consumer owns and frees each. */
  sample(model: M, request: SampleRequest<Options>): AsyncIterable<tf.Tensor4D>;
  /** Every sampling option with its default; an unknown one is refused by name. */
  readonly sampleOptions: Readonly<Options>;
  readonly expectations: readonly Expectation[];
}
