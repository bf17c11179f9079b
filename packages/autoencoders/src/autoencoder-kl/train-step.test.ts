import { describeOnBackends, describeTrainStep } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { firstStep } from '../first-step.test-support.ts';
import { referenceModels } from '../image-coder/reference.test-support.ts';
import { type ImportedTraining, trainImported } from '../image-coder/train-imported.test-support.ts';
import type { AutoencoderKl } from './autoencoder-kl.ts';
import { loadAutoencoderKl } from './diffusers-folder.ts';
import { createTinyAutoencoderKl } from './tiny-autoencoder-kl.test-support.ts';
import { createAutoencoderKlTrainStep } from './train-step.ts';

describeTrainStep('AutoencoderKl', () => createTinyAutoencoderKl(), { steps: 2, leakSteps: 4 });

const imported: ImportedTraining<AutoencoderKl> = {
  folder: 'autoencoder_kl_basic',
  load: (rng) => loadAutoencoderKl(referenceModels, 'autoencoder_kl_basic', rng),
  createTrainStep: (model, optimizer) => createAutoencoderKlTrainStep(model, { optimizer }),
};

describeOnBackends(
  'the train step of an AutoencoderKl',
  () => {
    test('in slices it gives the losses and gradients of the whole batch', async () => {
      const whole = await firstStep(createTinyAutoencoderKl({ klWeight: 0.1 }));
      const sliced = await firstStep(createTinyAutoencoderKl({ klWeight: 0.1, accumulate: 2 }));
      expect(Object.values(sliced.values)).toBeAllClose(Object.values(whole.values), { rtol: 1e-6 });
      expect(sliced.gradients).toBeAllClose(whole.gradients, { rtol: 1e-5 });
    });

    test('it trains with the weight and the errors that were asked for', async () => {
      const weighted = { klWeight: 0.1 };
      const { values: squares } = await firstStep(createTinyAutoencoderKl(weighted));
      const { values: distances } = await firstStep(
        createTinyAutoencoderKl({ ...weighted, reconstructionLoss: 'mae' }),
      );
      for (const { total, reconstruction, kl } of [squares, distances]) {
        expect(total! - reconstruction!).toBeCloseTo(0.1 * kl!, 5);
      }
      expect(distances.kl).toBe(squares.kl);
      expect(distances.reconstruction! ** 2).toBeLessThan(squares.reconstruction!); // E|e|² < E e²
      expect(distances.reconstruction).not.toBeCloseTo(squares.reconstruction!, 3);
    });

    test('impossible weights and slices are refused', () => {
      for (const options of [{ klWeight: -1 }, { klWeight: Number.NaN }, { accumulate: 0 }]) {
        expect(() => createTinyAutoencoderKl(options)).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
      }
    });

    test('an imported model goes on learning, and not where its optimiser does nothing', async () => {
      const trained = await trainImported(imported, 20);
      expect(trained.after).toBeLessThan(0.7 * trained.before);
      const idle = await trainImported(imported, 2, (optimizer) => ({ ...optimizer, step: () => {} }));
      expect(idle.after).toBe(idle.before);
    });
  },
  { backends: ['wasm'] },
);
