import type { tf } from '@tintype/backend';
import type { ParameterScope } from '../parameters/create-parameters.ts';
import { ones, zeros } from '../parameters/initializers.ts';

/** The learned `weight` (from 1) and `bias` (from 0) of a normalisation, each [channels]. */
export function createNormAffine(
  scope: ParameterScope,
  channels: number,
): { weight: tf.Variable; bias: tf.Variable } {
  return {
    weight: scope.create('weight', [channels], { initializer: ones() }),
    bias: scope.create('bias', [channels], { initializer: zeros() }),
  };
}
