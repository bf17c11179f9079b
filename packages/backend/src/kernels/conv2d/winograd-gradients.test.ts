import { expect, test } from 'vitest';
import { describeOnThreads } from '../../testing/describe-on-threads.ts';
import { expectGradients } from '../../testing/expect-gradients.ts';
import { tf } from '../../tf.ts';
import { convGeometry } from './geometry.ts';
import { selectAlgorithm } from './select-algorithm.ts';
import { winograd } from './winograd.ts';

const inputShape: [number, number, number, number] = [3, 5, 6, 4];
const filterShape: [number, number, number, number] = [3, 3, 4, 5];

describeOnThreads('tf.conv2d by Winograd', () => {
  test('first and second derivatives agree with difference quotients', async () => {
    const geometry = convGeometry(inputShape, filterShape, { strides: 1, pad: 'same' });
    for (const pass of ['forward', 'inputGradient', 'filterGradient'] as const) {
      expect(selectAlgorithm(pass, geometry)).toBe(winograd);
    }
    const x = tf.randomNormal<tf.Rank.R4>(inputShape, 0, 1, 'float32', 1);
    const w = tf.randomNormal<tf.Rank.R4>(filterShape, 0, 0.2, 'float32', 2);
    const weights = tf.randomNormal<tf.Rank.R4>([3, 5, 6, 5], 0, 0.2, 'float32', 3);
    const value = (a: tf.Tensor, b: tf.Tensor): tf.Scalar =>
      tf.sum(tf.mul(weights, tf.tanh(tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, 'same'))));
    await expectGradients(value, [x, w]);
    // Of the squared length of the gradient, as a gradient penalty has it.
    const penalty = (a: tf.Tensor, b: tf.Tensor): tf.Scalar => {
      const [da, db] = tf.grads(value)([a, b]);
      return tf.add(tf.sum(tf.square(da!)), tf.sum(tf.square(db!)));
    };
    await expectGradients(penalty, [x, w], { rtol: 5e-3, atol: 5e-3 });
    tf.dispose([x, w, weights]);
  });
});
