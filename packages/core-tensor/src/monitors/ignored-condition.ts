import { tf } from '@tintype/backend';
import type { Monitor, MonitorContext } from '../training/monitor.ts';
import type { DrawContext } from './draw.ts';
import { readOptions, share, type WatchOptions, watchRules, wholeFrom } from './monitor-options.ts';
import { createPatientMonitor, type Finding } from './patient-monitor.ts';
import { distanceOfRows, meanOf, type Rows, readRows } from './rows.ts';

export interface IgnoredConditionOptions extends WatchOptions {
  /** Number of labels, at least 2. */
  readonly numClasses: number;
  /**
   * Labels int32 [n] → rows [n, …]. The noise of row i must be a function of `rng` and i alone: two calls with the same
   * stream differ in their labels only. Borrows the labels and gives the rows.
   */
  generate(labels: tf.Tensor1D, context: DrawContext): tf.Tensor | Promise<tf.Tensor>;
  /** Rows → features [n, d] that distances are measured in; borrows and gives. @default the rows themselves */
  features?(rows: tf.Tensor): tf.Tensor;
  /** Rows → logits [n, numClasses]; borrows and gives. @default accuracy is not looked at */
  classify?(rows: tf.Tensor): tf.Tensor;
  /** Rows of one check, half of which repeat the noise of the others under another label. @default 64 */
  readonly samples?: number;
  /** Effect of the label ÷ effect of the noise, below which the label is ignored. @default 0.05 */
  readonly minSensitivity?: number;
  /** Accuracy above chance, as a share of what is possible, below which the label is ignored; 0 leaves it out. @default 0.1 */
  readonly minAccuracyGain?: number;
}

const advice =
  'The label changes little or nothing: see that it reaches every network, that real images come with their own labels, and that it is not always dropped.';

/**
 * Does the label matter? **sensitivity** = mean distance of rows with the same noise and different labels ÷ mean distance
 * of rows with the same label and different noise: exactly 0 where the label's path is cut, about 1 where
 * labels are learned. **accuracy** of the classifier on the asked labels, and its **accuracyGain** (accuracy − 1/K) ÷ (1 − 1/K):
 * about 0 where the labels were shuffled in training, although they change the output. Either suffices. An untrained generator
 * has no accuracy yet: set `fromStep`. Cost: `samples` rows through the generator; for diffusion use few rows and inference steps,
 * or one prediction of x_0 at a high t. Defaults: interval 500, patience 2.
 */
export function createIgnoredConditionMonitor(options: IgnoredConditionOptions): Monitor {
  const where = 'createIgnoredConditionMonitor';
  const rules = {
    ...watchRules(500, 2),
    numClasses: { default: Number.NaN, minimum: 2, isWhole: true },
    samples: wholeFrom(8, 64),
    minSensitivity: { default: 0.05 },
    minAccuracyGain: share(0.1),
  };
  const kinds = { generate: 'function', features: 'function?', classify: 'function?' } as const;
  const settings = readOptions(where, options, rules, kinds);
  const { numClasses } = settings;

  const look = async (context: MonitorContext): Promise<Finding> => {
    const half = Math.floor(settings.samples / 2);
    // Two rows or more of a label, so that noise can be told from labels.
    const numLabels = Math.min(numClasses, Math.max(2, Math.floor(half / 2)));
    const offset = context.step % numClasses;
    const asked = Array.from({ length: half }, (_, i) => (offset + (i % numLabels)) % numClasses);
    const changed = asked.map((label) => (label + 1) % numClasses);
    const read = await readRows(
      [asked, changed].map((labels) => generate(options, labels, context)),
      (first, second) => [
        ...[first!, second!].map((rows) => options.features?.(rows) ?? rows),
        ...(options.classify ? [first!, second!].map((rows) => options.classify!(rows).argMax(-1)) : []),
      ],
    );
    const [one, other, ...classes] = read as [Rows, Rows, ...Rows[]];
    const labelEffect = meanOf(asked.map((_, i) => distanceOfRows(one, i, other, i)));
    const noiseEffect = meanOf(
      asked.flatMap((_, i) => (i < numLabels ? [] : [distanceOfRows(one, i, one, i - numLabels)])),
    );
    const sensitivity = labelEffect / Math.max(noiseEffect, 1e-12);
    const isInsensitive = sensitivity < settings.minSensitivity;
    if (classes.length === 0)
      return { evidence: { sensitivity }, advice: isInsensitive ? advice : undefined };
    const accuracy = meanOf(
      [asked, changed].flatMap((labels, side) =>
        labels.map((label, i) => Number(classes[side]!.values[i] === label)),
      ),
    );
    const accuracyGain = (accuracy - 1 / numClasses) / (1 - 1 / numClasses);
    const isUnread = settings.minAccuracyGain > 0 && accuracyGain < settings.minAccuracyGain;
    const isIgnored = isInsensitive || isUnread;
    return { evidence: { sensitivity, accuracy, accuracyGain }, advice: isIgnored ? advice : undefined };
  };
  return createPatientMonitor({ name: 'ignored-condition', ...settings }, look);
}

/** Each call starts the same stream of noise anew. */
function generate(
  options: IgnoredConditionOptions,
  labels: readonly number[],
  { rng, signal }: MonitorContext,
) {
  return async (): Promise<tf.Tensor> => {
    const asked = tf.tensor1d([...labels], 'int32');
    try {
      return await options.generate(asked, { rng: rng.fork('generate'), ...(signal && { signal }) });
    } finally {
      asked.dispose();
    }
  };
}
