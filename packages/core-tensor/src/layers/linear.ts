import { matMulWithBias, tf } from '@tintype/backend';
import type { ParameterScope } from '../parameters/create-parameters.ts';
import { assertPositiveIntegers } from './assert-options.ts';
import { createWeightAndBias, type WeightAndBiasOptions } from './weight-and-bias.ts';

export interface LinearOptions extends WeightAndBiasOptions {
  inFeatures: number;
  outFeatures: number;
  /** The [channels, height, width] whose H,W,C flattening is the input: the weight then imports from C,H,W. */
  chwShape?: readonly [number, number, number];
}

/** y = x·W + b over the last axis: [..., inFeatures] → [..., outFeatures]. */
export type Linear = <T extends tf.Tensor>(x: T) => T;

/** Parameters `weight` [inFeatures, outFeatures] and `bias` [outFeatures]. Throws `E_CONFIG` on impossible sizes. */
export function createLinear(scope: ParameterScope, options: LinearOptions): Linear {
  const { inFeatures, outFeatures, chwShape } = options;
  assertPositiveIntegers('createLinear', { inFeatures, outFeatures });
  const { weight, bias } = createWeightAndBias(scope, {
    ...options,
    shape: [inFeatures, outFeatures],
    layout: chwShape === undefined ? 'linear' : 'linearFromChw',
    outputs: outFeatures,
  });

  return <T extends tf.Tensor>(x: T): T =>
    tf.tidy(() => {
      const rows = x.rank === 2 ? x : tf.reshape(x, [-1, inFeatures]);
      const matrix = weight as tf.Tensor2D;
      const y = bias ? matMulWithBias(rows as tf.Tensor2D, matrix, bias) : tf.matMul(rows, matrix); // [rows, outFeatures]
      return (x.rank === 2 ? y : tf.reshape(y, [...x.shape.slice(0, -1), outFeatures])) as T;
    });
}
