import { createAdam, createRandomStream, type Optimizer, tf, trainLoop } from '@tintype/core-tensor';
import { describeOnBackends, describeTrainStep } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { loadRecording, referenceModels } from '../image-coder/reference.test-support.ts';
import { loadAutoencoderKl } from './diffusers-folder.ts';
import type { AutoencoderKlLossConfig } from './loss.ts';
import { createTinyAutoencoderKl } from './tiny-autoencoder-kl.test-support.ts';
import { createAutoencoderKlTrainStep } from './train-step.ts';

describeTrainStep('AutoencoderKl', () => createTinyAutoencoderKl(), { steps: 2, leakSteps: 4 });

describeOnBackends(
  'the train step of an AutoencoderKl',
  () => {
    test('in slices it gives the losses and gradients of the whole batch', async () => {
      const whole = await firstStep(1);
      const sliced = await firstStep(2);
      expect(sliced.losses).toBeAllClose(whole.losses, { rtol: 1e-6 });
      expect(sliced.moments).toBeAllClose(whole.moments, { rtol: 1e-5 });
    });

    test('it trains with the weight and the errors that were asked for', async () => {
      const [squares, distances] = [await firstStep(1), await firstStep(1, { reconstructionLoss: 'mae' })];
      for (const { losses } of [squares, distances]) {
        const [total, reconstruction, kl] = losses;
        expect(total! - reconstruction!).toBeCloseTo(0.1 * kl!, 5);
      }
      expect(distances.losses[2]).toBe(squares.losses[2]);
      expect(distances.losses[1]! ** 2).toBeLessThan(squares.losses[1]!); // E|e|² < E e²
      expect(distances.losses[1]).not.toBeCloseTo(squares.losses[1]!, 3);
    });

    test('impossible weights and slices are refused', () => {
      for (const options of [{ klWeight: -1 }, { klWeight: Number.NaN }, { accumulate: 0 }]) {
        expect(() => createTinyAutoencoderKl(options)).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
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

/** Losses of the first step and Adam's first moments after it, which are the gradients times 1 − β₁. */
async function firstStep(
  accumulate: number,
  options: AutoencoderKlLossConfig = {},
): Promise<{ losses: number[]; moments: number[] }> {
  const settings = { accumulate, klWeight: 0.1, ...options };
  const { trainStep, batches, rng, dispose } = createTinyAutoencoderKl(settings);
  let losses: number[] = [];
  for await (const event of trainLoop(trainStep, batches, { steps: 1, rng })) {
    if (event.type === 'metrics')
      losses = ['total', 'reconstruction', 'kl'].map((name) => event.values[name]!);
  }
  const moments = [...trainStep.state.tensors()]
    .filter(([name]) => name.endsWith('/exp_avg'))
    .flatMap(([, { tensor }]) => [...tensor.dataSync()]);
  dispose();
  return { losses, moments };
}

/** Mean squared error of the recorded image through the mean of its latents, before and after a training on it. */
async function trainImported(
  steps: number,
  wrap: (optimizer: Optimizer) => Optimizer,
): Promise<{ before: number; after: number }> {
  const rng = createRandomStream(1);
  const { model } = await loadAutoencoderKl(referenceModels, 'autoencoder_kl_basic', rng.fork('init'));
  const recording = await loadRecording('autoencoder_kl_basic');
  const errorNow = () => {
    const x = recording.at('x');
    return tf.tidy(() => tf.squaredDifference(model.reconstruct(x), x).mean().dataSync()[0]!);
  };
  const before = errorNow();
  const optimizer = wrap(createAdam(model.parameters, { learningRate: 1e-2 }));
  const trainStep = createAutoencoderKlTrainStep(model, { optimizer });
  const batches = { batch: () => ({ images: recording.at('x') }) };
  for await (const _ of trainLoop(trainStep, batches, { steps, rng }));
  const after = errorNow();
  trainStep.dispose();
  model.dispose();
  return { before, after };
}
