import { TintypeError, tf } from '@tintype/backend';
import type { Monitor, MonitorContext } from '../training/monitor.ts';
import type { Draw } from './draw.ts';
import { readOptions, share, type WatchOptions, watchRules, wholeFrom } from './monitor-options.ts';
import { createPatientMonitor, type Finding } from './patient-monitor.ts';
import { meanOf, medianOf, type Rows, readRows } from './rows.ts';

export interface MemorizationOptions extends WatchOptions {
  /** Generated rows [count, …]. */
  readonly sample: Draw;
  /** What the model is trained on, or a part of it [n, …]: a few thousand rows at most. Called once; the monitor keeps what it gives. */
  readonly train: () => tf.Tensor | Promise<tf.Tensor>;
  /** Real rows that the model never sees. */
  readonly held: Draw;
  /** Rows → features [count, d]; borrows and gives. @default the rows themselves */
  features?(rows: tf.Tensor): tf.Tensor;
  /** Rows looked at, generated and held out. @default 64 */
  readonly samples?: number;
  /** Median distance to the nearest training row, generated ÷ held out, below which samples are copies. @default 0.5 */
  readonly minRatio?: number;
  /** A generated row is a copy where it is nearer than this share of the held-out median. @default 0.25 */
  readonly copyRatio?: number;
  /** Share of copies from which the model has memorised. @default 0.25 */
  readonly maxCopies?: number;
}

const advice =
  'Samples are copies of training images: use more data or augment them, a smaller model, or stop earlier.';

/**
 * Does the model repeat its training set? With d(x) the distance of x to its nearest training row: **ratio** = median d of
 * generated rows ÷ median d of unseen real rows, and the share of **copies**, generated rows with d below `copyRatio` of that
 * median. Samples as new as real ones have a ratio of about 1; a generator of 20 images about 0.1, hence 0.5. A part of
 * the training set finds only copies of that part, which `copies` counts. Cost: 2 · `samples` rows against n training
 * rows, one product of matrices: n·d of 1e6 takes some ten milliseconds on a CPU. Owns the training rows until `dispose()`.
 * Defaults: interval 500, patience 2.
 */
export function createMemorizationMonitor(options: MemorizationOptions): Monitor {
  const rules = {
    ...watchRules(500, 2),
    samples: wholeFrom(4, 64),
    minRatio: share(0.5),
    copyRatio: share(0.25),
    maxCopies: share(0.25),
  };
  const kinds = { sample: 'function', train: 'function', held: 'function', features: 'function?' } as const;
  const settings = readOptions('createMemorizationMonitor', options, rules, kinds);
  let train: tf.Tensor2D | undefined;

  const look = async ({ rng, signal }: MonitorContext): Promise<Finding> => {
    train ??= await readTraining(options);
    const known = train;
    const draw = (name: 'sample' | 'held') => () =>
      options[name](settings.samples, { rng: rng.fork(name), ...(signal && { signal }) });
    const read = await readRows([draw('sample'), draw('held')], (...drawn) =>
      drawn.map((rows) => nearestDistances(flatFeatures(options, rows), known)),
    );
    const [sample, held] = read as [Rows, Rows];
    const heldDistance = medianOf(held.values);
    const nearest = medianOf(sample.values);
    const ratio = nearest / Math.max(heldDistance, 1e-12);
    const copies = meanOf(
      sample.values.map((distance) => Number(distance < settings.copyRatio * heldDistance)),
    );
    const evidence = { ratio, copies, nearest, heldDistance };
    const hasMemorised = ratio < settings.minRatio || copies >= settings.maxCopies;
    return { evidence, advice: hasMemorised ? advice : undefined };
  };
  const dispose = () => {
    train?.dispose();
    train = undefined;
  };
  return createPatientMonitor({ name: 'memorization', ...settings }, look, dispose);
}

async function readTraining(options: MemorizationOptions): Promise<tf.Tensor2D> {
  const rows = await options.train();
  const features = tf.tidy(() => flatFeatures(options, rows).clone() as tf.Tensor2D);
  rows.dispose();
  return features;
}

function flatFeatures({ features }: MemorizationOptions, rows: tf.Tensor): tf.Tensor2D {
  const read = features ? features(rows) : rows;
  return read.reshape<tf.Tensor2D>([read.shape[0]!, -1]);
}

/** Distance of each row to the nearest training row: ‖a‖² − 2ab + ‖b‖², [count, 1]. */
function nearestDistances(rows: tf.Tensor2D, train: tf.Tensor2D): tf.Tensor2D {
  if (rows.shape[1] !== train.shape[1]) {
    const where = 'createMemorizationMonitor';
    const got = `${rows.shape[1]} and ${train.shape[1]} numbers a row`;
    throw new TintypeError('E_SHAPE', { where, what: 'samples and training rows must be of one size', got });
  }
  const squares = rows
    .square()
    .sum(1, true)
    .add(train.square().sum(1).expandDims(0))
    .sub(tf.matMul(rows, train, false, true).mul(2));
  return squares.min(1, true).maximum(0).sqrt() as tf.Tensor2D;
}
