import { tf } from '@tintype/backend';

const stop = tf.customGrad((x) => ({
  value: (x as tf.Tensor).clone(),
  gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy),
}));

/** The same numbers, through which no gradient flows: sg[·] of van den Oord et al. 2017. */
export function stopGradient<T extends tf.Tensor>(x: T): T {
  return stop(x) as T;
}
