import { expect, test } from 'vitest';
import { describeOnBackends } from '../testing/describe-on-backends.ts';
import { expectAllClose } from '../testing/expect-all-close.ts';
import { tf } from '../tf.ts';

describeOnBackends('the order of the tape', () => {
  test('the third derivative of exp is exp', async () => {
    const third = tf.grad(tf.grad(tf.grad((x) => tf.exp(x))));
    await expectAllClose(third(tf.tensor1d([0.5, -1])), [Math.exp(0.5), Math.exp(-1)]);
  });

  test('a customGrad that saves its output has a right second derivative', async () => {
    const square = tf.customGrad((x, save) => {
      const y = tf.square(x as tf.Tensor);
      const root = tf.sqrt(y);
      (save as tf.GradSaveFunc)([root, y]);
      return { value: y, gradFunc: (dy, [, saved]) => tf.mul(dy, tf.mul(2, tf.sqrt(saved!))) };
    });
    await expectAllClose(tf.grad((x) => square(x))(tf.tensor1d([3])), [6]);
    const second = tf.grad(tf.grad((x) => square(x)));
    await expectAllClose(second(tf.tensor1d([3])), [2]);
  });

  test('a customGrad that saves an intermediate value is right at first order and refused at second', async () => {
    const cube = tf.customGrad((x, save) => {
      const square = tf.square(x as tf.Tensor);
      const y = tf.mul(square, x as tf.Tensor);
      (save as tf.GradSaveFunc)([y, square, x as tf.Tensor]);
      return { value: y, gradFunc: (dy, [, saved]) => tf.mul(dy, tf.mul(3, saved!)) };
    });
    await expectAllClose(tf.grad((x) => cube(x))(tf.tensor1d([2])), [12]);
    expect(() => tf.grad(tf.grad((x) => cube(x)))(tf.tensor1d([2]))).toThrow('saves an intermediate value');
  });

  test('a customGrad inside a tidy named like a kernel keeps its own gradient', async () => {
    const tripled = tf.customGrad((x) => ({
      value: tf.mul(x as tf.Tensor, 1),
      gradFunc: (dy) => tf.mul(dy, 3),
    }));
    const slope = tf.grad((x) => tf.tidy('Relu', () => tripled(x)))(tf.tensor1d([-1]));
    await expectAllClose(slope, [3]);
  });

  test('a gradient penalty through tanh, leakyRelu and softmax equals its finite difference', async () => {
    const net = (x: tf.Tensor, w: tf.Tensor) =>
      tf.sum(tf.softmax(tf.leakyRelu(tf.tanh(tf.matMul(x, w)))).square());
    const x = tf.tensor2d([0.3, -0.2, 0.5, 0.9, -0.7, 0.1], [2, 3]);
    const penalty = (w: tf.Tensor) => tf.sum(tf.square(tf.grad((input) => net(input, w))(x)));
    const w = tf.tensor2d([0.5, -0.4, 0.8, 0.3, -0.9, 0.7], [3, 2]);
    const gradient = await tf
      .grad((v) => penalty(v))(w)
      .data();
    const values = await w.data();
    const h = 1e-2;
    for (const i of [0, 3, 5]) {
      const at = async (sign: number) =>
        (
          await penalty(
            tf.tensor2d(
              values.map((v, j) => (j === i ? v + sign * h : v)),
              [3, 2],
            ),
          ).data()
        )[0]!;
      const difference = ((await at(1)) - (await at(-1))) / (2 * h);
      expect(Math.abs(gradient[i]! - difference)).toBeLessThan(0.02 * (Math.abs(difference) + 0.05));
    }
  });
});
