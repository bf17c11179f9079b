import { computeGradients, createRandomStream, type ParameterTree, tf } from '@tintype/core-tensor';
import { expect } from 'vitest';

/**
 * The gradient along a random direction of each parameter against fourth-order differences.
 * @param tolerance of a slope, relative and absolute. @default 0.01
 */
export function expectSlopes(
  parameters: ParameterTree,
  loss: () => { readonly total: tf.Scalar },
  tolerance = 0.01,
): void {
  const { gradients } = computeGradients(() => ({ ...loss() }), parameters);
  for (const [name, { variable }] of parameters) {
    const direction = createRandomStream(5).fork(name).normal(variable.shape);
    const value = variable.clone();
    const at = (step: number) =>
      tf.tidy(() => {
        variable.assign(value.add(direction.mul(step)));
        return loss().total.dataSync()[0]!;
      });
    const step = 3e-3;
    const slope = (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step);
    variable.assign(value);
    const expected = gradients[name]!.mul(direction).sum().dataSync()[0]!;
    expect(Math.abs(slope - expected), name).toBeLessThan(tolerance * Math.abs(expected) + tolerance);
  }
}
