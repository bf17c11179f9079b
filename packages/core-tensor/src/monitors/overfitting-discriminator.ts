import type { tf } from '@tintype/backend';
import type { Monitor, MonitorContext } from '../training/monitor.ts';
import type { Draw } from './draw.ts';
import { readOptions, share, type WatchOptions, watchRules, wholeFrom } from './monitor-options.ts';
import { createPatientMonitor, type Finding } from './patient-monitor.ts';
import { columnVariances, meanOf, type Rows, readRows } from './rows.ts';

export interface OverfittingDiscriminatorOptions extends WatchOptions {
  /** Rows → logits [count, …], above 0 for real; borrows and gives. In evaluation mode: rows must not influence each other. */
  logits(rows: tf.Tensor): tf.Tensor;
  /** Real rows that the discriminator is trained on. */
  readonly train: Draw;
  /** Real rows that it never sees. */
  readonly held: Draw;
  /** Generated rows. */
  readonly sample: Draw;
  /** Rows of each kind. @default 64 */
  readonly samples?: number;
  /** r_v from which it overfits, in [0, 1]. @default 0.5 */
  readonly maxOverfit?: number;
  /** Standard errors by which logits of training and held-out rows must differ at least. @default 3 */
  readonly minStandardErrors?: number;
}

const advice =
  'The discriminator knows its training images by heart: use more data or augment what it sees, make it smaller, or stop earlier.';

/**
 * Does the discriminator learn its training set by heart? r_v = (E[D_train] − E[D_held]) ÷ (E[D_train] − E[D_fake]) is 0
 * where unseen real images look as real as the training set and 1 where they look generated; r_t = E[sign D_train]
 * (Karras et al. 2020, arXiv 2006.06676, equation 1). Reports r_v ≥ `maxOverfit` where the difference of training and held-out
 * logits is not chance (**standardErrors**). With 64 rows of each kind chance alone gives a healthy discriminator |r_v|
 * below 0.3, hence 0.5. Cost: 3 · `samples` rows through the discriminator, `samples` through the generator. Defaults: interval 250,
 * patience 2.
 */
export function createOverfittingDiscriminatorMonitor(options: OverfittingDiscriminatorOptions): Monitor {
  const where = 'createOverfittingDiscriminatorMonitor';
  const rules = {
    ...watchRules(250, 2),
    samples: wholeFrom(8, 64),
    maxOverfit: share(0.5),
    minStandardErrors: { default: 3 },
  };
  const kinds = { logits: 'function', train: 'function', held: 'function', sample: 'function' } as const;
  const settings = readOptions(where, options, rules, kinds);

  const look = async ({ rng, signal }: MonitorContext): Promise<Finding> => {
    const draw = (name: 'train' | 'held' | 'sample') => () =>
      options[name](settings.samples, { rng: rng.fork(name), ...(signal && { signal }) });
    const read = await readRows([draw('train'), draw('held'), draw('sample')], (...drawn) =>
      drawn.map((rows) => options.logits(rows).reshape([-1, 1])),
    );
    const [train, held, fake] = read as [Rows, Rows, Rows];
    const [trainLogits, heldLogits, fakeLogits] = [
      meanOf(train.values),
      meanOf(held.values),
      meanOf(fake.values),
    ];
    const difference = trainLogits - heldLogits;
    const error = Math.sqrt(squaredErrorOfMean(train) + squaredErrorOfMean(held));
    const range = trainLogits - fakeLogits;
    const overfit = range > 0 ? difference / range : 0;
    const standardErrors = difference / Math.max(error, 1e-12);
    const signOfTrain = meanOf(train.values.map(Math.sign));
    const evidence = { overfit, standardErrors, signOfTrain, trainLogits, heldLogits, fakeLogits };
    const isOverfit = overfit >= settings.maxOverfit && standardErrors >= settings.minStandardErrors;
    return { evidence, advice: isOverfit ? advice : undefined };
  };
  return createPatientMonitor({ name: 'overfitting-discriminator', ...settings }, look);
}

function squaredErrorOfMean(rows: Rows): number {
  return columnVariances(rows)[0]! / rows.count;
}
