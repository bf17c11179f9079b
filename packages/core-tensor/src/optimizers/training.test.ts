import { tf } from '@tintype/backend';
import { describeOnBackends } from '@tintype/backend/testing';
import { expect, test } from 'vitest';
import { silu } from '../layers/activations.ts';
import { createAttention } from '../layers/attention.ts';
import { createConv2d } from '../layers/conv2d.ts';
import { createGroupNorm } from '../layers/group-norm.ts';
import { createParameters } from '../parameters/create-parameters.ts';
import { createRandomStream } from '../random/create-random-stream.ts';
import type { RandomStream } from '../random/random-stream.ts';
import { createAdam } from './adam.ts';
import { clipByGlobalNorm } from './clip-by-global-norm.ts';
import { computeGradients } from './compute-gradients.ts';
import { createEma } from './create-ema.ts';
import { linearSchedule, withWarmUp } from './learning-rates.ts';

/** A small net that learns to blur noise: every part of a training but the loop. */
function createTraining(rng: RandomStream) {
  const { scope, parameters, dispose } = createParameters(rng.fork('init'));
  const first = createConv2d(scope.child('first'), {
    inChannels: 1,
    outChannels: 4,
    kernelSize: 3,
    padding: 1,
  });
  const normalize = createGroupNorm(scope.child('norm'), { groups: 2, channels: 4 });
  const attend = createAttention(scope.child('attention'), { channels: 4 });
  const last = createConv2d(scope.child('last'), {
    inChannels: 4,
    outChannels: 1,
    kernelSize: 3,
    padding: 1,
  });
  const learningRate = withWarmUp(5, linearSchedule({ learningRate: 0.02, totalSteps: 1000 }));
  const optimizer = createAdam(parameters, { learningRate });
  const ema = createEma(parameters, { emaDecay: 0.99 });

  const predict = (x: tf.Tensor4D): tf.Tensor4D => {
    const hidden = silu(normalize(first(x)));
    const tokens = attend(tf.reshape(hidden, [x.shape[0], 16, 4]));
    return last(tf.add(hidden, tf.reshape(tokens, hidden.shape)));
  };
  const step = (index: number): number =>
    tf.tidy(() => {
      const x = rng.fork('data').fork(index).normal<tf.Rank.R4>([4, 4, 4, 1]);
      const target = tf.avgPool(x, 3, 1, 'same');
      const loss = () => tf.mean(tf.squaredDifference(predict(x), target)) as tf.Scalar;
      const { losses, gradients } = computeGradients(loss, parameters);
      optimizer.step(clipByGlobalNorm(gradients, 1).gradients);
      ema.update();
      return losses.total.dataSync()[0]!;
    });
  return {
    step,
    dispose() {
      for (const owner of [optimizer, ema, { dispose }]) owner.dispose();
    },
  };
}

function train(seed: number, steps: number): { losses: number[]; tensors: number[] } {
  const training = createTraining(createRandomStream(seed));
  const tensors: number[] = [];
  const losses = Array.from({ length: steps }, (_, index) => {
    const loss = training.step(index);
    tensors.push(tf.memory().numTensors);
    return loss;
  });
  training.dispose();
  return { losses, tensors };
}

describeOnBackends('a small training', () => {
  test('learns, holds its tensor count and frees all', () => {
    const before = tf.memory();
    const { losses, tensors } = train(1, 60);
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(losses.slice(-10))).toBeLessThan(0.6 * mean(losses.slice(0, 5)));
    expect(new Set(tensors).size).toBe(1);
    const after = tf.memory();
    expect([after.numTensors, after.numDataBuffers]).toEqual([before.numTensors, before.numDataBuffers]);
  });

  test('is the same for the same seed, bit for bit, and another for another', () => {
    expect(train(1, 4).losses).toEqual(train(1, 4).losses);
    expect(train(1, 4).losses).not.toEqual(train(2, 4).losses);
  });
});
