import { normalizeRows, type tf } from '@tintype/backend';
import type { ParameterScope } from '../parameters/create-parameters.ts';
import { assertDivisible, assertPositive, assertPositiveIntegers } from './assert-options.ts';
import { inRows } from './in-rows.ts';
import { createNormAffine } from './norm-affine.ts';

export interface GroupNormOptions {
  /** Number of groups; divides the channels. */
  groups: number;
  channels: number;
  /** @default 1e-5 */
  epsilon?: number;
  /** Learned `weight` and `bias`. @default true */
  affine?: boolean;
  /** What follows: 'silu' is z·σ(z), computed with the norm. @default 'none' */
  activation?: 'none' | 'silu';
}

/** [b, ..., c] → the same shape. */
export type Normalization = <T extends tf.Tensor>(x: T) => T;

/**
 * Wu & He (2018), arXiv:1803.08494: y = (x − mean) / √(variance + ε) · weight + bias, mean and biased variance over all
 * positions and the channels of a group, per sample. Parameters `weight` and `bias` [channels].
 * Throws `E_CONFIG` where the groups do not divide the channels.
 */
export function createGroupNorm(scope: ParameterScope, options: GroupNormOptions): Normalization {
  const { groups, channels, epsilon = 1e-5, affine = true, activation = 'none' } = options;
  assertPositiveIntegers('createGroupNorm', { groups, channels });
  assertDivisible('createGroupNorm', 'channels', channels, 'groups', groups);
  assertPositive('createGroupNorm', { epsilon });
  const parameters = affine ? createNormAffine(scope, channels) : undefined;

  return (x) =>
    inRows(x, channels, (rows) => normalizeRows(rows, { epsilon, groups, affine: parameters, activation }));
}
