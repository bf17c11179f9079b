import type { RandomStream, tf } from '@tintype/core-tensor';
import type { Gan } from './gan.ts';

/** Latents [count, latentDim] from N(0, I), a function of the phase's stream. */
export function drawLatents(model: Gan, rng: RandomStream, count: number): tf.Tensor2D {
  return rng.fork('latents').normal<tf.Rank.R2>([count, model.config.latentDim]);
}
