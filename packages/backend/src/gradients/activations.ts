import { tf } from '../tf.ts';
import { defineGradient, type GradientEntry } from './gradient-entry.ts';

/** elu(x) = x for x > 0, else eˣ − 1. tfjs's own gradient ends in EluGrad, which has no derivative. */
const eluGradient = defineGradient({
  kernelName: 'Elu',
  inputsToSave: ['x'],
  gradient: (dy, [x]) => ({
    // min(x, 0) keeps e^x finite on the side that is not taken: 0 · ∞ would be NaN.
    x: () => tf.where(tf.greater(x!, 0), dy, dy.mul(tf.exp(tf.minimum(x!, 0)))),
  }),
});

/** leakyRelu(x) = x · step(x), where step is 1 above zero and alpha elsewhere: two operations instead of five. */
const leakyReluGradient = defineGradient<{ alpha: number }>({
  kernelName: 'LeakyRelu',
  inputsToSave: ['x'],
  gradient: (dy, [x], { alpha }) => ({ x: () => dy.mul(tf.step(x!, alpha)) }),
});

export const activationGradients: readonly GradientEntry[] = [eluGradient, leakyReluGradient];
