import { type RandomStream, type RowRange, tf } from '@tintype/core-tensor';
import type { LatentDistribution } from './latent-distribution.ts';

export interface SampleLatentsOptions extends Pick<RowRange, 'count'> {
  /** Index of the first code; code i is the same in any batch. @default 0 */
  readonly firstIndex?: number;
  readonly rng: RandomStream;
}

/** Codes firstIndex … firstIndex + count − 1: [count, latentDim]. */
export function sampleLatents(
  { components }: LatentDistribution,
  { firstIndex = 0, count, rng }: SampleLatentsOptions,
): tf.Tensor2D {
  return tf.tidy(() => {
    const latentDim = components[0]!.mean.length;
    const noise = rng.fork('noise').normalRows(firstIndex, count, [latentDim]) as tf.Tensor2D;
    const u = uniformRows(rng.fork('component'), firstIndex, count); // [count, 1]
    const parts: tf.Tensor2D[] = [];
    let below = 0;
    for (const [k, { weight, mean, factor }] of components.entries()) {
      const above = k === components.length - 1 ? 1 : below + weight;
      const isChosen = u.greater(below).logicalAnd(u.lessEqual(above)).toFloat(); // [count, 1]
      const codes = tf.matMul(noise, tf.tensor2d(toRows(factor)), false, true).add([...mean]);
      parts.push(codes.mul(isChosen));
      below = above;
    }
    return parts.length === 1 ? parts[0]! : tf.addN(parts); // [count, latentDim]
  });
}

/** Uniform in (0, 1], by row: exp(−r²/2) of the length r of a normal pair. */
function uniformRows(rng: RandomStream, firstIndex: number, count: number): tf.Tensor2D {
  const pairs = rng.normalRows(firstIndex, count, [2]) as tf.Tensor2D;
  return pairs.square().sum<tf.Tensor2D>(1, true).div<tf.Tensor2D>(-2).exp();
}

function toRows(matrix: readonly (readonly number[])[]): number[][] {
  return matrix.map((row) => [...row]);
}
