import { expect } from 'vitest';
import { fillNormals } from '../random/fill.ts';
import { tf } from '../tf.ts';

export interface GradientTolerance {
  /** Half the distance of the two outermost evaluations. @default 0.02 */
  step?: number;
  /** Relative to the derivative along the direction. @default 2e-3 */
  rtol?: number;
  /** @default 2e-3 */
  atol?: number;
}

/**
 * Compares the gradient of a scalar function by each input with difference quotients along a fixed random
 * direction of unit length: (4·D(h/2) − D(h)) / 3, D the central quotient. Float32 leaves about three digits, so
 * inputs and result should be of order 1 and kinks farther away than the step.
 */
export async function expectGradients(
  f: (...inputs: tf.Tensor[]) => tf.Scalar,
  inputs: readonly tf.Tensor[],
  { step = 0.02, rtol = 2e-3, atol = 2e-3 }: GradientTolerance = {},
): Promise<void> {
  for (const [at, input] of inputs.entries()) {
    const along = tf.tidy(() => direction(input.shape, at));
    const byInput = (x: tf.Tensor): tf.Scalar => f(...inputs.map((other, i) => (i === at ? x : other)));
    const slope = await readScalar(() => tf.grad(byInput)(input).mul(along).sum());
    const value = (h: number): Promise<number> => readScalar(() => byInput(input.add(along.mul(h))));
    const quotient = async (h: number): Promise<number> => ((await value(h)) - (await value(-h))) / (2 * h);
    const expected = (4 * (await quotient(step / 2)) - (await quotient(step))) / 3;
    along.dispose();
    const allowed = atol + rtol * Math.abs(expected);
    const difference = Math.abs(slope - expected);
    if (!(difference <= allowed)) {
      expect.fail(`gradient by input ${at}: ${slope} along a direction where differences give ${expected}`);
    }
  }
}

function direction(shape: number[], at: number): tf.Tensor {
  const values = new Float32Array(shape.reduce((size, length) => size * length, 1));
  fillNormals(values, { keys: Uint32Array.of(0x64697265, at), counter: 0, count: values.length });
  const length = Math.hypot(...values);
  return tf.tensor(
    values.map((value) => value / length),
    shape,
  );
}

async function readScalar(compute: () => tf.Tensor): Promise<number> {
  const scalar = tf.tidy(compute);
  const [value] = await scalar.data();
  scalar.dispose();
  return value as number;
}
