import { keepTape, tf } from '@tintype/backend';
import { describeOnBackends } from '@tintype/backend/testing';
import { expect, test } from 'vitest';
import { createParameters } from '../parameters/create-parameters.ts';
import { fixed } from '../parameters/initializers.ts';
import { createRandomStream } from '../random/create-random-stream.ts';
import { expectNoLeaks } from '../testing/expect-no-leaks.ts';
import '../testing/to-be-all-close.ts';
import { computeGradients } from './compute-gradients.ts';

function createTree() {
  const created = createParameters(createRandomStream(0));
  const a = created.scope.create('a', [3], { initializer: fixed([1, -2, 3]) });
  const b = created.scope.create('b', [], { initializer: fixed([2]) });
  const buffer = created.scope.create('buffer', [], { initializer: fixed([5]), isTrainable: false });
  return { ...created, a, b, buffer };
}

const coded = (code: string) => expect.objectContaining({ code });
const sumOfSquares = (x: tf.Tensor) => tf.sum(tf.square(x)) as tf.Scalar;

describeOnBackends('computeGradients', () => {
  test('gives named losses and gradients by name; absent and untrainable ones are left out', () => {
    const { parameters, a, buffer, dispose } = createTree();
    const { losses, gradients } = computeGradients(() => {
      const squares = sumOfSquares(a);
      const scaled = tf.mul(squares, buffer) as tf.Scalar;
      return { total: tf.add(scaled, 1) as tf.Scalar, squares, scaled };
    }, parameters);
    expect(Object.keys(gradients)).toEqual(['a']);
    expect(gradients.a!).toBeAllClose([10, -20, 30]);
    expect([losses.total, losses.squares, losses.scaled].map((loss) => loss.dataSync()[0])).toEqual([
      71, 14, 70,
    ]);
    tf.dispose([losses, gradients]);
    dispose();
  });

  test('takes a plain scalar', () => {
    const { parameters, a, b, dispose } = createTree();
    const { losses, gradients } = computeGradients(() => tf.mul(sumOfSquares(a), b) as tf.Scalar, parameters);
    expect(losses.total.dataSync()[0]).toBe(28);
    expect(gradients.b!).toBeAllClose([14]);
    tf.dispose([losses, gradients]);
    dispose();
  });

  test('differentiates through gradients inside the loss', () => {
    const { parameters, a, dispose } = createTree();
    // Penalty |∇ₓ Σ aᵢ·tanh(xᵢ)|² at x = 0.5: Σ aᵢ²·s², s = 1 − tanh²(0.5); its gradient is 2aᵢs².
    const { losses, gradients } = computeGradients(() => {
      const critic = (x: tf.Tensor) => tf.sum(tf.mul(tf.tanh(x), a));
      return sumOfSquares(tf.grad(critic)(tf.fill([3], 0.5)));
    }, parameters);
    const s = 1 - Math.tanh(0.5) ** 2;
    expect(losses.total).toBeAllClose([14 * s * s]);
    expect(gradients.a!).toBeAllClose([2 * s * s, -4 * s * s, 6 * s * s]);
    tf.dispose([losses, gradients]);
    dispose();
  });

  test('goes on with a kept tape, to the bits of one pass over everything', async () => {
    const { parameters, a, b, dispose } = createTree();
    const inner = () => tf.mul(tf.tanh(a), b);
    const outer = (y: tf.Tensor) => ({ total: sumOfSquares(tf.sigmoid(y)), mean: tf.mean(y) as tf.Scalar });
    const read = (result: ReturnType<typeof computeGradients>) => {
      const tensors = { ...result.losses, ...result.gradients };
      const numbers = Object.entries(tensors).map(([name, tensor]) => [name, [...tensor.dataSync()]]);
      tf.dispose(tensors);
      return numbers;
    };
    const whole = read(computeGradients(() => outer(inner()), parameters));
    await expectNoLeaks(() => {
      const tape = keepTape(inner);
      expect(read(computeGradients(() => outer(tape.output), parameters, tape))).toEqual(whole);
    });
    dispose();
  });

  test('runs the loss once', () => {
    const { parameters, a, dispose } = createTree();
    let runs = 0;
    const result = computeGradients(() => {
      runs += 1;
      return sumOfSquares(a);
    }, parameters);
    expect(runs).toBe(1);
    tf.dispose([result.losses, result.gradients]);
    dispose();
  });

  test('frees what the loss makes, on its own, in a tidy, and when the loss throws', async () => {
    const { parameters, a, b, dispose } = createTree();
    const loss = () => {
      const squares = sumOfSquares(a);
      return { total: tf.mul(squares, b) as tf.Scalar, squares };
    };
    await expectNoLeaks(() => {
      const { losses, gradients } = computeGradients(loss, parameters);
      tf.dispose([losses, gradients]);
    });
    await expectNoLeaks(() =>
      tf.tidy(() => {
        computeGradients(loss, parameters);
      }),
    );
    const broken = () => {
      loss();
      throw new Error('a loss that breaks');
    };
    await expectNoLeaks(() =>
      expect(() => computeGradients(broken, parameters)).toThrow('a loss that breaks'),
    );
    dispose();
  });

  test('refuses a total that is no scalar, depends on nothing, or has nothing to train', async () => {
    const { parameters, a, dispose } = createTree();
    await expectNoLeaks(() => {
      expect(() => computeGradients(() => tf.square(a) as never, parameters)).toThrow(coded('E_SHAPE'));
      expect(() => computeGradients(() => tf.scalar(1), parameters)).toThrow(coded('E_CONFIG'));
      expect(() => computeGradients(() => sumOfSquares(a), new Map())).toThrow(coded('E_CONFIG'));
    });
    dispose();
  });
});
