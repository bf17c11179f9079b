import { createAdam, createRandomStream, type Optimizer, tf, trainLoop } from '@tintype/core-tensor';
import { describeOnBackends, describeTrainStep } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { loadRecording, referenceModels } from '../image-coder/reference.test-support.ts';
import { loadVqModel } from './diffusers-folder.ts';
import type { VqModelReconstruction } from './loss.ts';
import { createTinyVqModel } from './tiny-vq-model.test-support.ts';
import { createVqModelTrainStep } from './train-step.ts';

describeTrainStep('VqModel', () => createTinyVqModel(), { steps: 2, leakSteps: 4 });

describeOnBackends(
  'the train step of a VqModel',
  () => {
    test('in slices it gives the losses, code use and gradients of the whole batch', async () => {
      const whole = await firstStep(1);
      const sliced = await firstStep(2);
      expect(sliced.values).toBeAllClose(whole.values, { rtol: 1e-6 });
      expect(sliced.moments).toBeAllClose(whole.moments, { rtol: 1e-5 });
    });

    test('it trains with the errors that were asked for', async () => {
      const [squares, distances] = [await firstStep(1), await firstStep(1, 'mae')];
      const [total, reconstruction, codebook, commitment] = distances.values;
      expect([codebook, commitment]).toEqual(squares.values.slice(2, 4));
      expect(total! - reconstruction!).toBeCloseTo(squares.values[0]! - squares.values[1]!, 5);
      expect(reconstruction! ** 2).toBeLessThan(squares.values[1]!); // E|e|² < E e²
      expect(reconstruction).not.toBeCloseTo(squares.values[1]!, 3);
    });

    test('an impossible loss and slices are refused', () => {
      for (const options of [{ reconstructionLoss: 'bce' as 'mse' }, { accumulate: 0 }]) {
        expect(() => createTinyVqModel(options)).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
      }
    });

    test('an imported model goes on learning, and not where its optimiser does nothing', async () => {
      const trained = await trainImported(20, (optimizer) => optimizer);
      expect(trained.after).toBeLessThan(0.7 * trained.before);
      const idle = await trainImported(2, (optimizer) => ({ ...optimizer, step: () => {} }));
      expect(idle.after).toBe(idle.before);
    });
  },
  { backends: ['wasm'] },
);

/** What the first step logs and Adam's first moments after it, which are the gradients times 1 − β₁. */
async function firstStep(
  accumulate: number,
  reconstructionLoss: VqModelReconstruction = 'mse',
): Promise<{ values: number[]; moments: number[] }> {
  const { trainStep, batches, rng, dispose } = createTinyVqModel({ accumulate, reconstructionLoss });
  const names = ['total', 'reconstruction', 'codebook', 'commitment', 'perplexity', 'usage'];
  let values: number[] = [];
  for await (const event of trainLoop(trainStep, batches, { steps: 1, rng })) {
    if (event.type === 'metrics') values = names.map((name) => event.values[name]!);
  }
  const moments = [...trainStep.state.tensors()]
    .filter(([name]) => name.endsWith('/exp_avg'))
    .flatMap(([, { tensor }]) => [...tensor.dataSync()]);
  dispose();
  return { values, moments };
}

/** Mean squared error of the recorded image through its codes, before and after a training on it. */
async function trainImported(
  steps: number,
  wrap: (optimizer: Optimizer) => Optimizer,
): Promise<{ before: number; after: number }> {
  const rng = createRandomStream(1);
  const { model } = await loadVqModel(referenceModels, 'vq_basic', rng.fork('init'));
  const recording = await loadRecording('vq_basic');
  const errorNow = () => {
    const x = recording.at('x');
    return tf.tidy(() => tf.squaredDifference(model.reconstruct(x), x).mean().dataSync()[0]!);
  };
  const before = errorNow();
  const optimizer = wrap(createAdam(model.parameters, { learningRate: 1e-2 }));
  const trainStep = createVqModelTrainStep(model, { optimizer });
  const batches = { batch: () => ({ images: recording.at('x') }) };
  for await (const _ of trainLoop(trainStep, batches, { steps, rng }));
  const after = errorNow();
  trainStep.dispose();
  model.dispose();
  return { before, after };
}
