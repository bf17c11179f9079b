import { measurePeak, tf } from '@tintype/backend';
import { describeOnBackends } from '@tintype/backend/testing';
import { expect, test } from 'vitest';
import { createBatchNorm } from '../layers/batch-norm.ts';
import { createConv2d } from '../layers/conv2d.ts';
import { accumulateGradients } from '../optimizers/accumulate-gradients.ts';
import { createAdam } from '../optimizers/adam.ts';
import { computeGradients } from '../optimizers/compute-gradients.ts';
import { createEma } from '../optimizers/create-ema.ts';
import { createParameters } from '../parameters/create-parameters.ts';
import { createRandomStream } from '../random/create-random-stream.ts';
import { createTrainState } from '../training/create-train-state.ts';
import { takeSnapshot } from '../training/state-snapshot.ts';
import { trainLoop } from '../training/train-loop.ts';
import type { TrainStep } from '../training/train-step.ts';
import { assertFitsMemory, estimateMemory, largestBatchSize } from './estimate-memory.ts';

const rng = createRandomStream(1);

/** A small convolutional autoencoder with batch norm, Adam and an average. */
function createSystem(batchSize: number, accumulate = 1) {
  const { scope, parameters, dispose } = createParameters(rng);
  const sizes = { kernelSize: 3, padding: 1 };
  const first = createConv2d(scope.child('first'), { ...sizes, inChannels: 1, outChannels: 8 });
  const norm = createBatchNorm(scope.child('norm'), { channels: 8 });
  const last = createConv2d(scope.child('last'), { ...sizes, inChannels: 8, outChannels: 1 });
  const optimizer = createAdam(parameters, { learningRate: 1e-3 });
  const ema = createEma(parameters, { emaDecay: 0.99 });
  const trainStep: TrainStep = {
    phases: [
      {
        name: 'autoencoder',
        interval: 1,
        run(batch) {
          const images = batch.images as tf.Tensor4D;
          const { losses, gradients } = accumulateGradients({ images }, accumulate, (slice) =>
            computeGradients(() => {
              const hidden = tf.relu(norm(first(slice.images), { isTraining: true }));
              return tf.squaredDifference(last(hidden), slice.images).mean() as tf.Scalar;
            }, parameters),
          );
          optimizer.step(gradients);
          ema.update();
          return losses;
        },
      },
    ],
    state: createTrainState({ parameters, optimizers: { optimizer }, ema }),
    accumulate,
    dispose() {
      optimizer.dispose();
      ema.dispose();
    },
  };
  const batches = {
    batch: (step: number) => ({ images: rng.fork(step).uniform<tf.Rank.R4>([batchSize, 16, 16, 1], -1, 1) }),
  };
  const free = () => {
    trainStep.dispose();
    dispose();
  };
  const train = async (steps: number, memoryLimitBytes?: number) => {
    for await (const _ of trainLoop(trainStep, batches, {
      steps,
      rng,
      ...(memoryLimitBytes && { memoryLimitBytes }),
    }));
  };
  return { parameters, trainStep, batches, train, free };
}

describeOnBackends('estimateMemory', () => {
  test.each([
    [32, 1],
    [32, 4],
    [32, 3],
    [32, 16],
    [5, 1],
    [1, 1],
  ])(
    'is within a quarter of the peak of a real step of %d samples in %d slices',
    async (batchSize, accumulate) => {
      const { trainStep, batches, train, free } = createSystem(batchSize, accumulate);
      const estimate = await estimateMemory(trainStep, batches, { rng });
      const before = tf.memory().numBytes;
      await train(1);
      const state = tf.memory().numBytes - before;
      const peak = await measurePeak(() => train(2));
      // The slots came with the first step, the rest of the state was there before.
      expect(estimate.stateBytes).toBeGreaterThanOrEqual(state);
      expect(estimate.totalBytes / (estimate.stateBytes + peak.bufferBytes)).toBeGreaterThan(0.75);
      expect(estimate.totalBytes / (estimate.stateBytes + peak.bufferBytes)).toBeLessThan(1.25);
      expect(estimate.tensorBytes / (estimate.stateBytes + peak.tensorBytes)).toBeGreaterThan(0.75);
      expect(estimate.tensorBytes / (estimate.stateBytes + peak.tensorBytes)).toBeLessThan(1.25);
      free();
    },
  );

  test('slices lower it; the state is parameters × (1 + two slots + average)', async () => {
    const [whole, sliced] = [createSystem(32), createSystem(32, 8)];
    const [large, small] = [
      await estimateMemory(whole.trainStep, whole.batches, { rng }),
      await estimateMemory(sliced.trainStep, sliced.batches, { rng }),
    ];
    expect(small.totalBytes).toBeLessThan(0.5 * large.totalBytes);
    const bytes = (isTrainable: boolean) =>
      [...whole.parameters.values()]
        .filter((entry) => entry.isTrainable === isTrainable)
        .reduce((sum, { variable }) => sum + 4 * variable.size, 0);
    expect(large.stateBytes).toBe(4 * bytes(true) + 2 * bytes(false));
    whole.free();
    sliced.free();
  });

  test('changes nothing and leaves nothing', async () => {
    const { trainStep, batches, train, free } = createSystem(8);
    await estimateMemory(trainStep, batches, { rng });
    for (const trained of [false, true]) {
      if (trained) await train(2);
      const before = await takeSnapshot(trainStep.state);
      const tensors = tf.memory().numTensors;
      await estimateMemory(trainStep, batches, { rng });
      expect(tf.memory().numTensors).toBe(tensors);
      expect(await takeSnapshot(trainStep.state)).toEqual(before);
    }
    free();
  });

  test('the loop refuses what does not fit, names the largest batch that does, and that one trains', async () => {
    const system = createSystem(64);
    const limit = (await estimateMemory(system.trainStep, system.batches, { rng })).totalBytes / 2;
    const refusal = system.train(1, Math.round(limit));
    await expect(refusal).rejects.toMatchObject({ code: 'E_OUT_OF_MEMORY' });
    await expect(refusal).rejects.toThrow(/a batch of 64 needs about .* MiB.*largest batch that fits is \d+/);
    const largest = Number(/fits is (\d+)/.exec(String(await refusal.catch(String)))![1]);
    expect(largest).toBeGreaterThan(24);
    expect(largest).toBeLessThan(34);
    system.free();
    const smaller = createSystem(largest);
    await smaller.train(1, Math.round(limit * 1.02));
    smaller.free();
  });

  test('where nothing fits it says so', () => {
    const estimate = {
      stateBytes: 1e6,
      stepBytes: 1e6,
      sampleBytes: 1e6,
      batchSize: 1,
      totalBytes: 3e6,
      tensorBytes: 4e6,
    };
    expect(largestBatchSize(estimate, 2.5e6)).toBe(0);
    expect(largestBatchSize(estimate, 5e6)).toBe(3);
    expect(() => assertFitsMemory(estimate, 1.5e6)).toThrow(/Not even one sample fits/);
    assertFitsMemory(estimate, 3e6);
  });

  test('an allocation that fails in a step, or in the estimate, is E_OUT_OF_MEMORY, and nothing is left', async () => {
    const { trainStep, batches, train, free } = createSystem(8);
    await train(1);
    const before = tf.memory().numTensors;
    const full: TrainStep = {
      ...trainStep,
      phases: [
        ...trainStep.phases,
        {
          name: 'full',
          interval: 1,
          run() {
            tf.ones([4]);
            throw new RangeError('Array buffer allocation failed');
          },
        },
      ],
    };
    const run = async () => {
      for await (const _ of trainLoop(full, batches, { steps: 3, startStep: 1, rng }));
    };
    await expect(run()).rejects.toMatchObject({ code: 'E_OUT_OF_MEMORY' });
    await expect(estimateMemory(full, batches, { rng })).rejects.toMatchObject({ code: 'E_OUT_OF_MEMORY' });
    expect(tf.memory().numTensors).toBe(before);
    free();
  });
});
