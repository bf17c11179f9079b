import { tf } from '@tintype/backend';
import type { ParameterScope } from '../parameters/create-parameters.ts';
import { silu } from './activations.ts';
import { createLinear, type Linear } from './linear.ts';

export interface TimeEmbeddingOptions {
  inFeatures: number;
  outFeatures: number;
}

/** diffusers' TimestepEmbedding: `linear_2`(silu(`linear_1`(x))), [b, inFeatures] → [b, outFeatures]. */
export function createTimeEmbedding(scope: ParameterScope, options: TimeEmbeddingOptions): Linear {
  const { inFeatures, outFeatures } = options;
  const first = createLinear(scope.child('linear_1'), { inFeatures, outFeatures });
  const second = createLinear(scope.child('linear_2'), { inFeatures: outFeatures, outFeatures });
  return (x) => tf.tidy(() => second(silu(first(x))));
}
