import type { tf } from '@tintype/core-tensor';
import type { GanObjective } from '../objectives/objective.ts';
import type { Gan } from './gan.ts';

export interface DiscriminatorLoss {
  readonly total: tf.Scalar;
  /** Mean logits. */
  readonly realLogits: tf.Scalar;
  readonly fakeLogits: tf.Scalar;
  /** Share of logits on the right side of 0, in [0, 1]. */
  readonly realAccuracy: tf.Scalar;
  readonly fakeAccuracy: tf.Scalar;
}

export interface GeneratorLoss {
  readonly total: tf.Scalar;
  /** Mean logit of the generated images. */
  readonly fakeLogits: tf.Scalar;
}

/** The discriminator's side on real and generated images [b, h, w, c] in [-1, 1]. Use inside `computeGradients`. */
export function discriminatorLoss(
  model: Gan,
  objective: GanObjective,
  realImages: tf.Tensor4D,
  fakeImages: tf.Tensor4D,
): DiscriminatorLoss {
  const realLogits = model.discriminator(realImages, { isTraining: true });
  const fakeLogits = model.discriminator(fakeImages, { isTraining: true });
  return {
    total: objective.discriminatorLoss(realLogits, fakeLogits),
    realLogits: realLogits.mean(),
    fakeLogits: fakeLogits.mean(),
    realAccuracy: realLogits.greater(0).cast('float32').mean(),
    fakeAccuracy: fakeLogits.less(0).cast('float32').mean(),
  };
}

/** The generator's side on its images [b, h, w, c]. Use inside `computeGradients`. */
export function generatorLoss(model: Gan, objective: GanObjective, fakeImages: tf.Tensor4D): GeneratorLoss {
  const fakeLogits = model.discriminator(fakeImages, { isTraining: true });
  return { total: objective.generatorLoss(fakeLogits), fakeLogits: fakeLogits.mean() };
}
