import { normalizeRows, tf } from '@tintype/backend';
import type { ParameterScope } from '../parameters/create-parameters.ts';
import { assertPositive, assertPositiveIntegers } from './assert-options.ts';
import type { Normalization } from './group-norm.ts';
import { createNormAffine } from './norm-affine.ts';

export interface LayerNormOptions {
  features: number;
  /** @default 1e-5 */
  epsilon?: number;
  /** Learned `weight` and `bias`. @default true */
  affine?: boolean;
}

/**
 * Ba et al. (2016), arXiv:1607.06450: mean and biased variance over the last axis, [..., features] → the same shape.
 * Parameters `weight` and `bias` [features].
 */
export function createLayerNorm(scope: ParameterScope, options: LayerNormOptions): Normalization {
  const { features, epsilon = 1e-5, affine = true } = options;
  assertPositiveIntegers('createLayerNorm', { features });
  assertPositive('createLayerNorm', { epsilon });
  const parameters = affine ? createNormAffine(scope, features) : undefined;

  return <T extends tf.Tensor>(x: T): T =>
    tf.tidy(() => {
      const rows = tf.reshape(x, [x.size / features, 1, features]) as tf.Tensor3D;
      return tf.reshape(normalizeRows(rows, { epsilon, groups: 1, affine: parameters }), x.shape) as T;
    });
}
