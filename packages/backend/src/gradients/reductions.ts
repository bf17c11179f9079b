import { tf } from '../tf.ts';
import { defineGradient, type GradientEntry } from './gradient-entry.ts';

// Sums and repeats are each other's adjoint. tfjs multiplies by a tensor of ones that it makes in JavaScript and
// uploads each time, and differentiates tf.tile by one slice per repetition, up to rank 4.

interface ReductionAttributes {
  axis: number | number[];
}

export const reductionGradients: readonly GradientEntry[] = [
  defineGradient<ReductionAttributes>({
    kernelName: 'Sum',
    inputsToSave: ['x'],
    gradient: (dy, [x], { axis }) => ({ x: () => repeatAlong(dy, x!.shape, axis) }),
  }),
  defineGradient<ReductionAttributes>({
    kernelName: 'Mean',
    inputsToSave: ['x'],
    gradient: (dy, [x], { axis }) => ({
      x: () => {
        const axes = tf.util.parseAxisParam(axis, x!.shape);
        const count = axes.reduce((size, i) => size * x!.shape[i]!, 1);
        return repeatAlong(dy.mul(1 / count), x!.shape, axis);
      },
    }),
  }),
  defineGradient<{ reps: number[] }>({
    kernelName: 'Tile',
    gradient: (dy, _saved, { reps }) => ({ x: () => reps.reduceRight(sumRepetitions, dy) }),
  }),
];

/** Repeats dy, the gradient of a reduction, along the reduced axes: [outer, 1, inner] → [outer, length, inner]. */
function repeatAlong(dy: tf.Tensor, shape: number[], axis: number | number[]): tf.Tensor {
  const reduced = new Set(tf.util.parseAxisParam(axis, shape));
  let repeated = dy;
  let outer = 1;
  for (let i = 0; i < shape.length; i++) {
    if (!reduced.has(i)) {
      outer *= shape[i]!;
      continue;
    }
    let length = 1;
    for (; reduced.has(i); i++) length *= shape[i]!;
    i--;
    if (length !== 1)
      repeated = tf.tile(tf.reshape(repeated, [outer, 1, repeated.size / outer]), [1, length, 1]);
    outer *= length;
  }
  return tf.reshape(repeated, shape);
}

/** Sums the repetitions of one axis. Works from the last axis to the first, so `dy` still has the rank of x. */
function sumRepetitions(dy: tf.Tensor, repetitions: number, axis: number): tf.Tensor {
  if (repetitions === 1) return dy;
  const outer = dy.shape.slice(0, axis).reduce((size, n) => size * n, 1);
  const inner = dy.shape.slice(axis + 1).reduce((size, n) => size * n, 1);
  const length = dy.shape[axis]! / repetitions;
  const sums = tf.sum(tf.reshape(dy, [outer, repetitions, length * inner]), 1);
  return tf.reshape(
    sums,
    dy.shape.map((n, i) => (i === axis ? length : n)),
  );
}
