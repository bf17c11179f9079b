import { type ActivationGradient, activationGradient } from '../kernels/activations/gradient-kernels.ts';
import { tf } from '../tf.ts';
import { defineGradient, type GradientEntry } from './gradient-entry.ts';

// Each is one kernel where a backward pass on wasm is not recorded, and plain operations elsewhere.

/** elu(x) = x for x > 0, else eˣ − 1. tfjs's own gradient ends in EluGrad, which has no derivative. */
const eluGradient = fromInput('Elu', 'TintypeEluGradient', (dy, x) =>
  // min(x, 0) keeps e^x finite on the side that is not taken: 0 · ∞ would be NaN.
  tf.where(tf.greater(x, 0), dy, dy.mul(tf.exp(tf.minimum(x, 0)))),
);

const reluGradient = fromInput('Relu', 'TintypeReluGradient', (dy, x) => dy.mul(tf.step(x)));

const softplusGradient = fromInput('Softplus', 'TintypeSoftplusGradient', (dy, x) => dy.mul(tf.sigmoid(x)));

/** leakyRelu(x) = x · step(x), where step is 1 above zero and alpha elsewhere: two operations instead of five. */
const leakyReluGradient = defineGradient<{ alpha: number }>({
  kernelName: 'LeakyRelu',
  inputsToSave: ['x'],
  gradient: (dy, [x], { alpha }) => ({
    x: () => activationGradient('TintypeLeakyReluGradient', dy, x!, alpha) ?? dy.mul(tf.step(x!, alpha)),
  }),
});

const tanhGradient = fromOutput('Tanh', 'TintypeTanhGradient', (dy, y) =>
  tf.mul(tf.sub(1, tf.square(y)), dy),
);

const sigmoidGradient = fromOutput('Sigmoid', 'TintypeSigmoidGradient', (dy, y) =>
  tf.mul(dy, tf.mul(y, tf.sub(1, y))),
);

export const activationGradients: readonly GradientEntry[] = [
  eluGradient,
  leakyReluGradient,
  reluGradient,
  sigmoidGradient,
  softplusGradient,
  tanhGradient,
];

type Composite = (dy: tf.Tensor, value: tf.Tensor) => tf.Tensor;

function fromInput(kernelName: string, fast: ActivationGradient, composite: Composite): GradientEntry {
  return defineGradient({
    kernelName,
    inputsToSave: ['x'],
    gradient: (dy, [x]) => ({ x: () => activationGradient(fast, dy, x!) ?? composite(dy, x!) }),
  });
}

function fromOutput(kernelName: string, fast: ActivationGradient, composite: Composite): GradientEntry {
  return defineGradient({
    kernelName,
    savesOutput: true,
    gradient: (dy, [y]) => ({ x: () => activationGradient(fast, dy, y!) ?? composite(dy, y!) }),
  });
}
