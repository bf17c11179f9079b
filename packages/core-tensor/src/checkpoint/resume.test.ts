import { selectBackend, tf } from '@tintype/backend';
import { beforeAll, describe, expect, test } from 'vitest';
import { createAdam } from '../optimizers/adam.ts';
import { createEma } from '../optimizers/create-ema.ts';
import { createParameters } from '../parameters/create-parameters.ts';
import { normal } from '../parameters/initializers.ts';
import { createRandomStream } from '../random/create-random-stream.ts';
import { createTrainState } from '../training/create-train-state.ts';
import type { TrainState } from '../training/train-state.ts';
import { createCheckpoints } from './checkpoints.ts';
import { createMemoryStorage } from './memory-storage.ts';

/** A training with real parameters, Adam and EMA; gradients depend on the step and on the weights. */
function createTraining(seed: number) {
  const { scope, parameters, dispose } = createParameters(createRandomStream(seed));
  const initializer = normal(0.5);
  scope.create('conv.weight', [3, 3, 2, 4], { initializer, layout: 'conv' });
  scope.create('fc.weight', [12, 5], { initializer, layout: 'linearFromChw', chwShape: [3, 2, 2] });
  scope.create('fc.bias', [5], { initializer });
  scope.create('running_mean', [5], { initializer, isTrainable: false });
  const adam = createAdam(parameters, { learningRate: 0.01 });
  const ema = createEma(parameters, { emaDecay: 0.9 });
  const state = createTrainState({ parameters, optimizers: { main: adam }, ema });
  return {
    state,
    train(from: number, to: number) {
      for (let step = from; step < to; step += 1) {
        tf.tidy(() => {
          const trainable = [...parameters].filter(([, { isTrainable }]) => isTrainable);
          const gradients = trainable.map(([name, { variable }]) => [
            name,
            tf.add(tf.mul(variable, 0.3), Math.sin(step)),
          ]);
          adam.step(Object.fromEntries(gradients));
        });
        ema.update();
      }
    },
    dispose() {
      adam.dispose();
      ema.dispose();
      dispose();
    },
  };
}

function bitsOf(state: TrainState) {
  const tensors = [...state.tensors()].map(([name, { tensor }]) => {
    const values = tensor.dataSync();
    return [name, [...new Uint8Array(values.buffer, values.byteOffset, values.byteLength)]];
  });
  return { tensors: Object.fromEntries(tensors), values: state.values() };
}

describe.each(['cpu', 'wasm'] as const)('on %s', (backend) => {
  beforeAll(async () => {
    await selectBackend({ backend });
  });

  test('a training that was saved and restored goes on with the same bits', async () => {
    const before = tf.memory().numTensors;
    const straight = createTraining(7);
    straight.train(0, 9);

    const storage = createMemoryStorage();
    const first = createTraining(7);
    first.train(0, 5);
    await createCheckpoints(storage).save(5, first.state);
    first.dispose();

    const second = createTraining(8);
    expect(await createCheckpoints(storage).restoreLatest(second.state)).toBe(5);
    second.train(5, 9);
    expect(bitsOf(second.state)).toEqual(bitsOf(straight.state));

    // Had the moments been lost, the bits would differ.
    const careless = createTraining(8);
    for (const [name, { tensor }] of careless.state.tensors()) {
      if (name.startsWith('model/')) (tensor as tf.Variable).assign(second.state.tensors().get(name)!.tensor);
    }
    careless.train(9, 10);
    second.train(9, 10);
    expect(bitsOf(careless.state).tensors['model/fc.bias']).not.toEqual(
      bitsOf(second.state).tensors['model/fc.bias'],
    );
    for (const training of [straight, second, careless]) training.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
