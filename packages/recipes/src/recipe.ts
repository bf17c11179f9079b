import type {
  BatchSource,
  Ema,
  Model,
  Monitor,
  RandomStream,
  Storage,
  TrainStep,
  tf,
} from '@tintype/core-tensor';
import type { DataFiles, ImageDataset } from '@tintype/datasets';
import type { ScoreReport } from '@tintype/metrics';

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

export interface DataOptions<Config = object> {
  readonly files: DataFiles;
  readonly config: Config;
  readonly batchSize: number;
  /** Order of the data: a function of (rng, epoch). */
  readonly rng: RandomStream;
  /** The user's own folder of images instead of the recipe's dataset, at the size the recipe asks for. */
  readonly loadImages?: (options: { imageSize: number; channels: 1 | 3 }) => Promise<ImageDataset>;
}

export interface SampleRequest<Options> {
  readonly count: number;
  /** Sample i is the same image in any batch: indices run from here. */
  readonly firstIndex: number;
  readonly rng: RandomStream;
  readonly options: Options;
  /** Shown every step of a recipe that says `samplesInSteps`, and awaited; others never call it. */
  readonly onStep?: (frame: SampleFrame) => void | Promise<void>;
}

/** A batch of samples on its way. Its tensors are freed when the call returns. */
export interface SampleFrame {
  /** Index of the first sample of this batch. */
  readonly firstIndex: number;
  /** Steps done, 1 … stepCount. */
  readonly stepsDone: number;
  readonly stepCount: number;
  /** The images as they are now, noise at first, [b, h, w, c]. */
  readonly images: tf.Tensor4D;
  /** What the network takes them to become, [b, h, w, c]. */
  readonly xStart: tf.Tensor4D;
}

export interface PreviewRequest {
  /** Images to show. */
  readonly count: number;
  /** A preview of several seconds throws when this is aborted. */
  readonly signal?: AbortSignal;
}

/** What a finished training must show; `evaluate` measures it and the quality suites check it. */
export interface Expectation {
  /** Line of the acceptance list, for example `9.3`. */
  readonly id: string;
  readonly name: string;
  /** The figure of `evaluate` that says so. */
  readonly metric: string;
  readonly direction: '<=' | '>=';
  readonly threshold: number;
  /** The figure after trainings with the seeds 0, 1 and 2, as long as the recipe says. */
  readonly healthy?: readonly [number, number, number];
  /** The same of the deliberately broken variant that the threshold must tell apart. */
  readonly broken?: readonly [number, number, number];
}

export interface MonitorRequest<Config = object> {
  readonly files: DataFiles;
  readonly config: Config;
  /** The user's own images instead of the recipe's dataset: monitors that need classes are then left out. */
  readonly images?: ImageDataset;
}

export interface EvaluateRequest<Options> extends Omit<SampleRequest<Options>, 'firstIndex' | 'onStep'> {
  readonly files: DataFiles;
  /** Told each score with its interval, floor, ceiling and the hash of what it reads with. */
  readonly onScore?: (score: ScoreReport) => void;
  /** Stops with `E_ABORTED`. */
  readonly signal?: AbortSignal;
}

export interface HeldOutRequest<Config = object> {
  readonly files: DataFiles;
  readonly config: Config;
}

/** Images [n, h, w, c] in [-1, 1] to go from and to, row by row, at the size of the model. */
export interface InterpolateRequest {
  readonly from: tf.Tensor4D;
  readonly to: tf.Tensor4D;
  /** Images of a row, both ends included; at least 2. */
  readonly steps: number;
}

/** How a recipe's samples are best looked at. */
export interface SampleGrid {
  /** Images of a whole grid. */
  readonly count: number;
  readonly columns: number;
  /** Images of a grid made on the way. */
  readonly previewCount: number;
}

export interface ExportRequest<Config = object> {
  /** The folder that is written, from its root. */
  readonly storage: Storage;
  readonly config: Config;
}

/** Writes the weights that a model has now for other programs: a method for each format that the model fits. */
export interface ModelExports<Config = object, M extends Model = Model> {
  /** A pipeline folder of diffusers. */
  diffusers?(model: M, request: ExportRequest<Config>): Promise<void>;
  /** `denoiser.onnx`, and beside it the schedule that it is sampled on. */
  onnx?(model: M, request: ExportRequest<Config>): Promise<void>;
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
  data(options: DataOptions<Config>): Promise<BatchSource>;
  readonly config: Readonly<Config>;
  /** Batches, never minutes. */
  readonly steps: number;
  readonly batchSize: number;
  /** What watches a training of this model; the caller disposes of each when the training has ended. */
  monitors(created: CreatedModel<M>, request: MonitorRequest<Config>): Promise<readonly Monitor[]>;
  /** Throws `E_CONFIG` for impossible values, before anything is trained. */
  create(config: Config, rng: RandomStream): CreatedModel<M>;
  /** Images [count, h, w, c] in [-1, 1]; the stream is the same each time, so the same latents come again. */
  preview(model: M, rng: RandomStream, request: PreviewRequest): tf.Tensor4D | Promise<tf.Tensor4D>;
  /** Batches of images [b, h, w, c]; the consumer owns and frees each. */
  sample(model: M, request: SampleRequest<Options>): AsyncIterable<tf.Tensor4D>;
  /** Images of the recipe's dataset that no training sees: what `reconstruct` and `interpolate` begin with. */
  heldOut?(request: HeldOutRequest<Config>): Promise<ImageDataset>;
  /** Images [b, h, w, c] in [-1, 1] through their codes and back, at the same shape. */
  reconstruct?(model: M, images: tf.Tensor4D): tf.Tensor4D;
  /** Decoded codes between those of two images: [n · steps, h, w, c], a row after the other. */
  interpolate?(model: M, request: InterpolateRequest): tf.Tensor4D;
  /** Samples are made step by step, and `sample` shows them. @default false */
  readonly samplesInSteps?: boolean;
  /** Every sampling option with its default; an unknown one is refused by name. */
  readonly sampleOptions: Readonly<Options>;
  /** @default 64 images, 16 on the way, as near to a square as it gets */
  readonly grid?: SampleGrid;
  /** Figures of a trained model, by name; it makes the images that `sample` makes of the same stream. */
  evaluate?(model: M, request: EvaluateRequest<Options>): Promise<Readonly<Record<string, number>>>;
  /** What of the model other programs can read. @default nothing */
  readonly exports?: ModelExports<Config, M>;
  readonly expectations: readonly Expectation[];
}
