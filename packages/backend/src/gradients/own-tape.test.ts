import { expect, test } from 'vitest';
import { describeOnBackends } from '../testing/describe-on-backends.ts';
import { tf } from '../tf.ts';
import { gradientsOnOwnTape, recordingDepth } from './own-tape.ts';

describeOnBackends('gradientsOnOwnTape', () => {
  /** tanh whose backward pass records tanh anew. */
  const recomputed = tf.customGrad((x, save) => {
    const input = x as tf.Tensor;
    (save as unknown as (tensors: tf.Tensor[]) => void)([input]);
    return {
      value: tf.tanh(input),
      gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) =>
        gradientsOnOwnTape(() => tf.tanh(saved!), [saved!], dy)[0]!,
    };
  });
  const slope = (x: number) => 1 - Math.tanh(x) ** 2;

  test('a gradient inside a backward pass leaves the tape around it as it was', () => {
    tf.tidy(() => {
      const gradient = tf.grad((x) => tf.square(recomputed(tf.square(x))))(tf.scalar(0.6));
      const expected = 2 * Math.tanh(0.36) * slope(0.36) * 2 * 0.6;
      expect(gradient.dataSync()[0]).toBeCloseTo(expected, 5);
    });
  });

  test('tfjs alone loses the tape around it', () => {
    const naive = tf.customGrad((x) => ({
      value: tf.tanh(x as tf.Tensor),
      gradFunc: (dy: tf.Tensor) => tf.grad((a) => tf.tanh(a))(x as tf.Tensor, dy),
    }));
    expect(() => tf.tidy(() => tf.grad((x) => tf.square(naive(tf.square(x))))(tf.scalar(0.6)))).toThrow();
    tf.engine().state.activeTape = null as never;
  });

  test('nothing is left behind, also when the recomputation throws', () => {
    const run = () => tf.tidy(() => void tf.grad((x) => recomputed(x))(tf.scalar(0.5)));
    run();
    const before = tf.memory().numTensors;
    run();
    const fail = (): never => {
      throw new Error('broken');
    };
    tf.tidy(() => {
      const x = tf.scalar(2);
      expect(() =>
        gradientsOnOwnTape(() => [tf.tanh(x), fail()][0]! as tf.Tensor, [x], tf.scalar(1)),
      ).toThrow('broken');
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  test('the depth is that of the gradients being recorded', () => {
    const seen: number[] = [recordingDepth()];
    const see = (x: tf.Tensor) => {
      seen.push(recordingDepth());
      return tf.square(x);
    };
    tf.tidy(() => void tf.grad(see)(tf.scalar(1)));
    tf.tidy(() => void tf.grad(tf.grad(see))(tf.scalar(1)));
    expect(seen).toEqual([0, 1, 2]);
  });
});
