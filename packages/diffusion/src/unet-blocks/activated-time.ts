import {
  createEmbedding,
  createSinusoidalTimeEmbedding,
  createTimeEmbedding,
  type ParameterScope,
  silu,
  TintypeError,
  tf,
} from '@tintype/core-tensor';
import type { ResolvedUNetConfig } from './config.ts';

/** SiLU of the embedding of t [b] (and labels int32 [b]): [b, 4 · blockOutChannels[0]]. */
export type ActivatedTime = (t: tf.Tensor1D, labels: tf.Tensor1D | undefined) => tf.Tensor2D;

/**
 * Sinusoids of t through two linear layers, plus a row per class (diffusers' `time_embedding.linear_1`, `linear_2`,
 * `class_embedding`). Every residual block starts with SiLU of the result, so that is what it gives.
 */
export function createActivatedTime(
  scope: ParameterScope,
  config: ResolvedUNetConfig,
  where: string,
): ActivatedTime {
  const { numClasses, hasNullLabel, flipSinToCos, frequencyShift } = config;
  const size = config.blockOutChannels[0]!;
  const outFeatures = 4 * size;
  const sinusoids = createSinusoidalTimeEmbedding({ size, flipSinToCos, downscaleFreqShift: frequencyShift });
  const embed = createTimeEmbedding(scope.child('time_embedding'), { inFeatures: size, outFeatures });
  const classes =
    numClasses === null
      ? undefined
      : createEmbedding(scope.child('class_embedding'), {
          count: numClasses + (hasNullLabel ? 1 : 0),
          size: outFeatures,
        });

  return (t, labels) =>
    tf.tidy(() => {
      if ((classes === undefined) !== (labels === undefined)) throw labelsMismatch(numClasses, where);
      const time = embed(sinusoids(t));
      if (!classes || !labels || numClasses === null) return silu(time);
      const nullRow = tf.fill(labels.shape, numClasses, 'int32') as tf.Tensor1D;
      const rowOf = hasNullLabel ? tf.where(labels.less(0), nullRow, labels) : labels;
      return silu(time.add(classes(rowOf)));
    });
}

function labelsMismatch(numClasses: number | null, where: string): TintypeError {
  return numClasses === null
    ? new TintypeError('E_LABEL', {
        where: `${where}: condition.labels`,
        what: 'this net knows no classes',
        remedy: 'Create it with `numClasses`, or leave the labels out',
      })
    : new TintypeError('E_LABEL', {
        where: `${where}: condition.labels`,
        what: 'a class-conditional net needs labels',
        expected: `int32 [batch], 0 … ${numClasses - 1}`,
      });
}
