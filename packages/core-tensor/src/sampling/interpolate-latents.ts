import { tf } from '@tintype/backend';
import { assertConfig } from '../config/assert-config.ts';
import { assertShape } from '../config/assert-shape.ts';
import { v } from '../config/schema.ts';
import { slerp } from './slerp.ts';

export interface InterpolateLatentsOptions {
  /**
   * `linear`: straight lines. `spherical`: the angle and the length change evenly, which stays where N(0, I) has its mass
   * (White 2016, arXiv 1609.04468); vectors that point the same or the opposite way, or are 0, go straight. @default 'linear'
   */
  readonly kind?: 'linear' | 'spherical';
}

/**
 * Codes [n, …] and codes [n, …] → the `steps` codes from each to its partner, both ends included: [n · steps, …], a way after
 * the other. Each code, of any rank, is one vector. Throws `E_CONFIG` unless steps ≥ 2, `E_SHAPE`.
 */
export function interpolateLatents<T extends tf.Tensor>(
  from: T,
  to: T,
  steps: number,
  { kind = 'linear' }: InterpolateLatentsOptions = {},
): T {
  const where = 'interpolateLatents';
  assertConfig(v.pipe(v.number(), v.integer(), v.minValue(2)), steps, `${where}.steps`);
  assertConfig(v.picklist(['linear', 'spherical']), kind, `${where}.kind`);
  assertShape(
    from,
    Array.from({ length: Math.max(2, from.rank) }, () => null),
    'from',
  );
  assertShape(to, from.shape, 'to');
  const [n = 1, ...code] = from.shape;
  return tf.tidy(() => {
    const share = tf
      .tensor1d(Array.from({ length: steps }, (_, i) => i / (steps - 1)))
      .reshape([1, steps, 1]);
    const [a, b] = [from.reshape([n, 1, -1]), to.reshape([n, 1, -1])];
    const path = kind === 'linear' ? a.mul(tf.sub(1, share)).add(b.mul(share)) : slerp(a, b, share); // [n, steps, d]
    return path.reshape([n * steps, ...code]) as T;
  });
}
