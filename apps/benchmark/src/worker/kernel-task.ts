import { createRandomStream, tf } from '@tintype/core-tensor';
import type { GivenTensors, Task } from './task.ts';
import { makeTensor, readOut } from './tensors.ts';

/** A task that runs one kernel on drawn inputs again and again. Owns the inputs. */
export function createKernelTask(
  shapes: Readonly<Record<string, readonly number[]>>,
  given: GivenTensors | undefined,
  compute: (inputs: Readonly<Record<string, tf.Tensor>>) => tf.Tensor,
): Task {
  const rng = createRandomStream(0);
  const inputs = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      given ? makeTensor(given.inputs, name) : rng.fork(name).normal(shape as [number]),
    ]),
  );
  return {
    weights: async () => new Map(),
    inputs: () => readOut(inputs),
    check: async () => {
      const sums = tf.tidy(() => {
        const result = compute(inputs);
        return [tf.sum(tf.abs(result)), tf.sum(tf.square(result))];
      });
      const [absoluteSum, squaredSum] = await Promise.all(sums.map((sum) => sum.data()));
      tf.dispose(sums);
      return { absoluteSum: absoluteSum![0]!, squaredSum: squaredSum![0]! };
    },
    run: async () => compute(inputs).dispose(),
    dispose: async () => tf.dispose(inputs),
  };
}
