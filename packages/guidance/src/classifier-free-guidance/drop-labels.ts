import { type RandomStream, TintypeError, tf } from '@tintype/core-tensor';
import { nullLabel } from './null-label.ts';

export interface DropLabelsOptions {
  /** Share of the labels that become the null label, each on its own, in [0, 1). */
  readonly labelDropout: number;
  readonly rng: RandomStream;
}

/**
 * Labels int32 [b] with the share `labelDropout` of them replaced by −1, drawn for each image apart: one network then
 * learns the conditional and the unconditional prediction (Ho and Salimans 2022, algorithm 1).
 * Throws `E_CONFIG` for a share outside [0, 1).
 */
export function dropLabels(labels: tf.Tensor1D, { labelDropout, rng }: DropLabelsOptions): tf.Tensor1D {
  if (!(labelDropout >= 0 && labelDropout < 1)) {
    throw new TintypeError('E_CONFIG', {
      where: 'dropLabels: labelDropout',
      what: 'impossible share',
      got: labelDropout,
      expected: 'a number in [0, 1)',
    });
  }
  return tf.tidy(() => {
    const isDropped = rng.uniform<tf.Rank.R1>(labels.shape).less(labelDropout);
    return tf.where(isDropped, tf.fill(labels.shape, nullLabel, 'int32'), labels) as tf.Tensor1D;
  });
}
