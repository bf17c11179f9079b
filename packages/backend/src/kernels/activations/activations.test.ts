import { expect, test } from 'vitest';
import { fillNormals } from '../../random/fill.ts';
import { describeOnThreads } from '../../testing/describe-on-threads.ts';
import { expectAllClose } from '../../testing/expect-all-close.ts';
import { expectGradients } from '../../testing/expect-gradients.ts';
import { poisonMemory } from '../../testing/poison-memory.ts';
import { tf } from '../../tf.ts';
import { silu } from '../silu/index.ts';
import { references, unitsInLastPlace } from './reference.test-support.ts';

const alpha = 0.2;
type Operation = (x: tf.Tensor) => tf.Tensor;

const operations: Record<string, Operation> = {
  abs: tf.abs,
  elu: tf.elu,
  exp: tf.exp,
  leakyRelu: (x) => tf.leakyRelu(x, alpha),
  log: tf.log,
  neg: tf.neg,
  reciprocal: tf.reciprocal,
  relu: tf.relu,
  rsqrt: tf.rsqrt,
  sigmoid: tf.sigmoid,
  silu,
  softplus: tf.softplus,
  sqrt: tf.sqrt,
  square: tf.square,
  step: (x) => tf.step(x, alpha),
  tanh: tf.tanh,
};
const smooth = Object.entries(operations).filter(([name]) => references[name]!.slope);

function numbers(count: number, key: number): Float32Array {
  const values = new Float32Array(count);
  fillNormals(values, { keys: Uint32Array.of(key, 1), counter: 0, count });
  // From tiny to where float32 ends.
  return values.map((value, i) => value * [1e-6, 0.3, 3, 40][i % 4]!);
}

describeOnThreads('activations', () => {
  for (const [name, operation] of Object.entries(operations)) {
    test.each([0, 1, 3, 4, 7, 1023, 1024, 1029, 50_003])(
      `${name} of %i values is within 3 ulp`,
      async (count) => {
        const x = numbers(count, 3);
        if (name === 'log' || name.endsWith('sqrt')) for (let i = 0; i < count; i++) x[i] = Math.abs(x[i]!);
        const input = tf.tensor1d(x);
        poisonMemory(count);
        const y = (await operation(input).data()) as Float32Array;
        const { value } = references[name]!;
        let worst = 0;
        for (let i = 0; i < count; i++) {
          const expected = value(x[i]!, Math.fround(alpha));
          // The end of silu's left side is a product with a subnormal number.
          const units =
            Math.abs(expected) < 1e-36
              ? Math.abs(y[i]! - expected) / 1e-36
              : unitsInLastPlace(y[i]!, expected);
          worst = Math.max(worst, Number.isNaN(units) ? Number.POSITIVE_INFINITY : units);
        }
        expect(worst).toBeLessThan(3);
      },
    );

    test(`${name} keeps NaN and has its limits`, async () => {
      const x = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 1];
      const y = await operation(tf.tensor1d(x)).data();
      const expected = x.map((value) => references[name]!.value(value, Math.fround(alpha)));
      // x·σ(x) at -∞ is -∞·0, as everywhere.
      if (name === 'silu') expected[2] = Number.NaN;
      expect(y[0]).toBeNaN();
      expected.forEach((value, i) => {
        if (Number.isFinite(value)) expect(y[i]).toBeCloseTo(value, 5);
        else expect(y[i]).toBe(value);
      });
    });
  }

  test.each(smooth)('%s has the derivative of its definition', async (name, operation) => {
    for (const count of [1, 6, 1027, 20_001]) {
      const x = numbers(count, 5).map((value) => Math.min(value, 6));
      const dy = numbers(count, 7);
      poisonMemory(count);
      const dx = tf.tidy(() => tf.grad(operation)(tf.tensor1d(x), tf.tensor1d(dy)));
      const expected = x.map((value, i) => dy[i]! * references[name]!.slope!(value, Math.fround(alpha)));
      await expectAllClose(dx, expected, { rtol: 1e-6, atol: 5e-6 });
    }
  });

  test.each(smooth)('a NaN in x or dy of %s reaches dx', async (_name, operation) => {
    const slope = (x: number[], dy: number[]) => tf.grad(operation)(tf.tensor1d(x), tf.tensor1d(dy)).data();
    expect((await slope([Number.NaN, 1], [1, 1]))[0]).toBeNaN();
    expect((await slope([1, 1], [1, Number.NaN]))[1]).toBeNaN();
  });

  test.each(smooth)('%s differentiates twice like its finite differences', async (_name, operation) => {
    const x = tf.tensor1d([0.4, -0.7, 1.2, -1.6, 0.9]);
    await expectGradients((value) => operation(value).square().sum(), [x]);
    const slope = (value: tf.Tensor) => tf.grad((inner) => operation(inner).square().sum())(value);
    await expectGradients((value) => slope(value).square().sum(), [x]);
  });
});
