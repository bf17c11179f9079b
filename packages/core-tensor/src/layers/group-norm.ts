import { tf } from '@tintype/backend';
import type { ParameterScope } from '../parameters/create-parameters.ts';
import { assertDivisible, assertPositive, assertPositiveIntegers } from './assert-options.ts';
import { createNormAffine } from './norm-affine.ts';
import { groupMeanMatrix, normalizeRows } from './normalize-rows.ts';

export interface GroupNormOptions {
  /** Number of groups; divides the channels. */
  groups: number;
  channels: number;
  /** @default 1e-5 */
  epsilon?: number;
  /** Learned `weight` and `bias`. @default true */
  affine?: boolean;
}

/** [b, ..., c] → the same shape. */
export type Normalization = <T extends tf.Tensor>(x: T) => T;

/**
 * Wu & He (2018), arXiv:1803.08494: y = (x − mean) / √(variance + ε) · weight + bias, mean and biased variance over all
 * positions and the channels of a group, per sample. Parameters `weight` and `bias` [channels].
 * Throws `E_CONFIG` where the groups do not divide the channels.
 */
export function createGroupNorm(scope: ParameterScope, options: GroupNormOptions): Normalization {
  const { groups, channels, epsilon = 1e-5, affine = true } = options;
  assertPositiveIntegers('createGroupNorm', { groups, channels });
  assertDivisible('createGroupNorm', 'channels', channels, 'groups', groups);
  assertPositive('createGroupNorm', { epsilon });
  const parameters = affine ? createNormAffine(scope, channels) : undefined;
  const groupMeans = groups === channels ? undefined : groupMeanMatrix(channels, groups);

  return <T extends tf.Tensor>(x: T): T =>
    tf.tidy(() => {
      const rows = tf.reshape(x, [x.shape[0] ?? 1, -1, channels]) as tf.Tensor3D; // [b, positions, c]
      return tf.reshape(normalizeRows(rows, { epsilon, groupMeans, affine: parameters }), x.shape) as T;
    });
}
