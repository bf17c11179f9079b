import type { ParameterScope } from '../parameters/create-parameters.ts';
import { createGroupNorm, type Normalization } from './group-norm.ts';

export interface InstanceNormOptions {
  channels: number;
  /** @default 1e-5 */
  epsilon?: number;
  /** Learned `weight` and `bias`. @default false */
  affine?: boolean;
}

/**
 * Ulyanov et al. (2016), arXiv:1607.08022: every channel of every sample by its own mean and biased variance.
 * Nothing is tracked between calls, and nothing is learned unless `affine` (PyTorch's defaults).
 */
export function createInstanceNorm(scope: ParameterScope, options: InstanceNormOptions): Normalization {
  const { channels, epsilon = 1e-5, affine = false } = options;
  return createGroupNorm(scope, { groups: channels, channels, epsilon, affine });
}
