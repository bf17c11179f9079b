import type { tf } from '@tintype/backend';
import type { RandomStream } from '../random/random-stream.ts';

export interface DrawContext {
  /** A function of seed, monitor and step: the same call of a repeated training draws the same. */
  readonly rng: RandomStream;
  /** Aborted when the training is: a draw of several seconds should then stop by throwing. */
  readonly signal?: AbortSignal;
}

/** Rows [count, …]: images, points or codes. Gives the tensor, which the monitor frees. */
export type Draw = (count: number, context: DrawContext) => tf.Tensor | Promise<tf.Tensor>;
