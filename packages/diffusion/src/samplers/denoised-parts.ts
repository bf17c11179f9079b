import { tf } from '@tintype/core-tensor';
import type { DenoiserPrediction, PredictionType, SamplerStep, VarianceType } from '../denoiser.ts';
import { type PredictedParts, predictedParts } from '../noise-schedule/index.ts';

/** Everything one sampler step is a function of. Tensors are borrowed. */
export interface SamplerStepInput<Step extends SamplerStep = SamplerStep> {
  readonly step: Step;
  /** [batch, h, w, c] */
  readonly xt: tf.Tensor4D;
  readonly prediction: DenoiserPrediction;
  readonly predictionType: PredictionType;
  /** What `prediction.variance` means. @default 'fixed' */
  readonly varianceType?: VarianceType;
  /** Standard normal, as xt; only read where the step has a variance. */
  readonly noise?: tf.Tensor4D;
  /** Bound of the predicted xStart where `step.clip` is set. @default 1 */
  readonly clipRange?: number;
  /** What the step before this one carried; absent at the first step of a run. */
  readonly carried?: readonly tf.Tensor4D[];
}

export type SamplerStepResult = {
  /** x at `step.previousT`, [batch, h, w, c]. */
  readonly xPrevious: tf.Tensor4D;
  /** The predicted x_0, clipped if the step asks for it. */
  readonly xStart: tf.Tensor4D;
  /** Tensors that the next step is given: the history of multistep solvers, the halves of second-order ones. */
  readonly carried?: tf.Tensor4D[];
};

/** x_0 (clipped where the step says so and the denoiser has not done it) and ε as predicted. */
export function denoisedParts(input: SamplerStepInput): PredictedParts<tf.Tensor4D> {
  const { step, xt, prediction, predictionType, clipRange = 1 } = input;
  return tf.tidy(() => {
    const parts = predictedParts(prediction.prediction, predictionType, xt, step.alphaCumprod);
    const clips = step.clip && prediction.isClipped !== true;
    if (!clips) return parts;
    return { xStart: parts.xStart.clipByValue(-clipRange, clipRange) as tf.Tensor4D, epsilon: parts.epsilon };
  });
}
