import { type Batch, type RandomStream, TintypeError, tf } from '@tintype/core-tensor';
import type { Condition } from '@tintype/diffusion';
import { nullLabel } from './null-label.ts';

export interface ConditionOnLabelsOptions {
  /** Share of the labels that become the null label, each on its own, in [0, 1). @default 0.1 */
  readonly labelDropout?: number;
}

/**
 * What a train step conditions its denoiser on: the batch's `labels` int32 [b], the share `labelDropout` of them
 * replaced by −1, drawn for each image apart. One network then learns the conditional and the unconditional prediction
 * (Ho and Salimans 2022, algorithm 1). Throws `E_CONFIG` for a share outside [0, 1), and for a batch without labels
 * `E_LABEL`.
 */
export function conditionOnLabels({
  labelDropout = 0.1,
}: ConditionOnLabelsOptions = {}): (
  batch: Batch,
  rng: RandomStream,
) => Condition & { readonly labels: tf.Tensor1D } {
  assertShare(labelDropout);
  return (batch, rng) => {
    const labels = labelsOf(batch);
    return tf.tidy(() => {
      const isDropped = rng.uniform<tf.Rank.R1>(labels.shape).less(labelDropout);
      const nullLabels = tf.fill(labels.shape, nullLabel, 'int32');
      return { labels: tf.where(isDropped, nullLabels, labels) as tf.Tensor1D };
    });
  };
}

function labelsOf(batch: Batch): tf.Tensor1D {
  if (batch.labels) return batch.labels as tf.Tensor1D;
  throw new TintypeError('E_LABEL', {
    where: 'conditionOnLabels: batch.labels',
    what: 'the data have no labels to learn from',
    expected: 'int32 [batch]',
  });
}

function assertShare(labelDropout: number): void {
  if (labelDropout >= 0 && labelDropout < 1) return;
  throw new TintypeError('E_CONFIG', {
    where: 'conditionOnLabels: labelDropout',
    what: 'impossible share',
    got: labelDropout,
    expected: 'a number in [0, 1)',
  });
}
