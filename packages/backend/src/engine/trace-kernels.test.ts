import { afterEach, expect, test } from 'vitest';
import { silu } from '../kernels/silu/index.ts';
import { describeOnBackends } from '../testing/describe-on-backends.ts';
import { tf } from '../tf.ts';
import { type TracedKernel, traceKernels } from './trace-kernels.ts';

describeOnBackends('tracing kernels', () => {
  afterEach(() => tf.disposeVariables());

  const namesOf = (f: () => tf.Tensor): string[] => {
    const names: string[] = [];
    traceKernels(f, ({ kernelName }) => names.push(kernelName)).dispose();
    return names;
  };

  test('it reports each kernel with the tensors that went in and came out', () => {
    const kernels: TracedKernel[] = [];
    const x = tf.tensor1d([1, 2]);
    tf.tidy(() => {
      const y = traceKernels(
        () => tf.exp(tf.mul(x, x)),
        (kernel) => kernels.push(kernel),
      );
      expect(kernels.map(({ kernelName }) => kernelName)).toEqual(['Multiply', 'Exp']);
      expect(Object.values(kernels[0]!.inputs).map(({ id }) => id)).toEqual([x.id, x.id]);
      expect(kernels[1]!.inputs.x!.id).toBe(kernels[0]!.outputs[0]!.id);
      expect(kernels[1]!.outputs[0]!.id).toBe(y.id);
    });
    x.dispose();
  });

  test('a composite operation of ours is one kernel, the same on every backend', () => {
    const x = tf.tensor1d([1, 2]);
    expect(namesOf(() => tf.tidy(() => silu(silu(x)).neg()))).toEqual(['TintypeSilu', 'TintypeSilu', 'Neg']);
    x.dispose();
  });

  test('what the observer computes is not traced, and nothing is after an error', () => {
    const x = tf.tensor1d([1]);
    const names: string[] = [];
    tf.tidy(() =>
      traceKernels(
        () => tf.neg(x),
        ({ kernelName }) => {
          names.push(kernelName);
          tf.exp(x);
        },
      ),
    );
    expect(names).toEqual(['Neg']);
    const fail = () => {
      throw new Error('from the traced function');
    };
    expect(() => traceKernels(fail, () => {})).toThrow('from the traced function');
    expect(Object.hasOwn(tf.engine(), 'runKernelFunc')).toBe(false);
    expect(namesOf(() => tf.neg(x))).toEqual(['Neg']);
    x.dispose();
  });
});
