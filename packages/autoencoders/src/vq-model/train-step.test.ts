import { describeOnBackends, describeTrainStep } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { firstStep } from '../first-step.test-support.ts';
import { referenceModels } from '../image-coder/reference.test-support.ts';
import { type ImportedTraining, trainImported } from '../image-coder/train-imported.test-support.ts';
import { loadVqModel } from './diffusers-folder.ts';
import { createTinyVqModel } from './tiny-vq-model.test-support.ts';
import { createVqModelTrainStep } from './train-step.ts';
import type { VqModel } from './vq-model.ts';

describeTrainStep('VqModel', () => createTinyVqModel(), { steps: 2, leakSteps: 4 });

const imported: ImportedTraining<VqModel> = {
  folder: 'vq_basic',
  load: (rng) => loadVqModel(referenceModels, 'vq_basic', rng),
  createTrainStep: (model, optimizer) => createVqModelTrainStep(model, { optimizer }),
};

describeOnBackends(
  'the train step of a VqModel',
  () => {
    test('in slices it gives the losses, code use and gradients of the whole batch', async () => {
      const whole = await firstStep(createTinyVqModel());
      const sliced = await firstStep(createTinyVqModel({ accumulate: 2 }));
      expect(Object.values(sliced.values)).toBeAllClose(Object.values(whole.values), { rtol: 1e-6 });
      expect(sliced.gradients).toBeAllClose(whole.gradients, { rtol: 1e-5 });
    });

    test('it trains with the errors that were asked for', async () => {
      const { values: squares } = await firstStep(createTinyVqModel());
      const { values: distances } = await firstStep(createTinyVqModel({ reconstructionLoss: 'mae' }));
      for (const name of ['codebook', 'commitment']) expect(distances[name], name).toBe(squares[name]);
      expect(distances.total! - distances.reconstruction!).toBeCloseTo(
        squares.total! - squares.reconstruction!,
        5,
      );
      expect(distances.reconstruction! ** 2).toBeLessThan(squares.reconstruction!); // E|e|² < E e²
      expect(distances.reconstruction).not.toBeCloseTo(squares.reconstruction!, 3);
    });

    test('an impossible loss and slices are refused', () => {
      for (const options of [{ reconstructionLoss: 'bce' as 'mse' }, { accumulate: 0 }]) {
        expect(() => createTinyVqModel(options)).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
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
