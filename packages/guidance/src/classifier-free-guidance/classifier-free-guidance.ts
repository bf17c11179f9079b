// Classifier-free guidance: follow a class-conditional diffusion model further than its own prediction goes.
// Ho and Salimans (2022), "Classifier-Free Diffusion Guidance", arXiv 2207.12598, eq. 6.
//   guided = unconditional + s · (conditional − unconditional),   s = 1 + w
// Differences from the paper: the scale s instead of the weight w; both predictions in one batch of twice the size;
// the same rule for networks that predict x_0 or v, where it means the same (all three are affine in ε).
import { TintypeError, tf } from '@tintype/core-tensor';
import type { Condition, Denoiser, DenoiserOptions, DenoiserPrediction } from '@tintype/diffusion';
import { nullLabel } from './null-label.ts';

export interface ClassifierFreeGuidanceOptions {
  /** s: 0 is the unconditional prediction, 1 the conditional, more exaggerates what the label adds. */
  readonly guidanceScale: number;
  /** Told of a scale that is allowed but seldom meant. @default console.warn */
  readonly onWarning?: (message: string) => void;
}

/**
 * A denoiser that follows `condition.labels` with this scale; every other condition is given to both halves alike. The
 * scales 0 and 1 ask the network once and give its own bits. A learned variance is the conditional one.
 * Throws `E_CONFIG` for NaN and ±Inf and for a denoiser without null label (unless s = 1, which asks for none);
 * `predict` throws `E_LABEL` where there are no labels.
 */
export function classifierFreeGuidance(
  denoiser: Denoiser,
  { guidanceScale, onWarning = console.warn }: ClassifierFreeGuidanceOptions,
): Denoiser {
  assertScale(guidanceScale);
  if (guidanceScale !== 1) assertNullLabel(denoiser);
  if (guidanceScale < 0) {
    onWarning(
      `classifierFreeGuidance: guidanceScale ${guidanceScale} is below 0: samples are pushed away from their labels.`,
    );
  }
  const { predictionType, varianceType } = denoiser;

  return {
    predictionType,
    varianceType,
    predict(xt, t, options = {}) {
      const labels = labelsOf(options.condition);
      if (guidanceScale === 1) return denoiser.predict(xt, t, options);
      return tf.tidy((): DenoiserPrediction & tf.TensorContainerObject => {
        const nullLabels = tf.fill(labels.shape, nullLabel, 'int32') as tf.Tensor1D;
        if (guidanceScale === 0) return { ...denoiser.predict(xt, t, withLabels(options, nullLabels)) };
        const doubled = doubleCondition(options.condition!, nullLabels);
        const both = denoiser.predict(twice(xt), twice(t), { ...options, condition: doubled });
        const [conditional, unconditional] = halves(both.prediction);
        const difference = conditional.sub(unconditional).mul(guidanceScale);
        const prediction = unconditional.add(difference) as tf.Tensor4D;
        return { prediction, ...(both.variance && { variance: halves(both.variance)[0] }) };
      });
    },
  };
}

function withLabels(options: DenoiserOptions, labels: tf.Tensor1D): DenoiserOptions {
  return { ...options, condition: { ...options.condition, labels } };
}

/** The condition as given, followed by the same without labels. */
function doubleCondition(condition: Condition, nullLabels: tf.Tensor1D): Condition {
  const entries = Object.entries(condition).map(([name, tensor]) => {
    const second = name === 'labels' ? nullLabels : tensor;
    return [name, tf.concat([tensor, second], 0)] as const;
  });
  return Object.fromEntries(entries);
}

function twice<T extends tf.Tensor>(x: T): T {
  return tf.concat([x, x], 0) as T;
}

function halves(x: tf.Tensor4D): readonly [tf.Tensor4D, tf.Tensor4D] {
  return tf.split(x, 2, 0) as [tf.Tensor4D, tf.Tensor4D];
}

function labelsOf(condition: Condition | undefined): tf.Tensor1D {
  if (condition?.labels) return condition.labels as tf.Tensor1D;
  throw new TintypeError('E_LABEL', {
    where: 'classifierFreeGuidance: condition.labels',
    what: 'guidance needs labels to follow',
    expected: 'int32 [batch]',
    remedy: 'Pass them as `condition: { labels }` to the sampler',
  });
}

function assertScale(guidanceScale: number): void {
  if (Number.isFinite(guidanceScale)) return;
  throw new TintypeError('E_CONFIG', {
    where: 'classifierFreeGuidance: guidanceScale',
    what: 'the scale must be finite',
    got: guidanceScale,
    expected: 'a number: 0 unconditional, 1 conditional, more to exaggerate',
  });
}

function assertNullLabel(denoiser: Denoiser): void {
  if (denoiser.hasNullLabel) return;
  throw new TintypeError('E_CONFIG', {
    where: 'classifierFreeGuidance: denoiser',
    what: 'the model was trained without a null label, so it has no unconditional prediction',
    remedy:
      'Create it with `hasNullLabel: true` and train it with `conditionOnLabels`, or guide with guidanceScale 1',
  });
}
