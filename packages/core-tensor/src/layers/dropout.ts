import { dropoutMask, TintypeError, tf } from '@tintype/backend';
import type { RandomStream } from '../random/random-stream.ts';

/**
 * Srivastava et al. (2014): each value becomes 0 with probability `rate`, the rest grow by 1/(1 − rate).
 * Call it while training only (or where a model keeps it at sampling). The mask is drawn from `rng`.
 * Throws `E_CONFIG` for a rate outside [0, 1).
 */
export function dropout<T extends tf.Tensor>(x: T, rate: number, rng: RandomStream): T {
  if (!(rate >= 0 && rate < 1)) {
    throw new TintypeError('E_CONFIG', { where: 'dropout', what: 'rate must lie in [0, 1)', got: rate });
  }
  if (rate === 0) return tf.clone(x);
  return tf.tidy(() => tf.mul(x, dropoutMask(rng.uniform(x.shape), rate)) as T);
}
