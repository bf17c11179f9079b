import { createRandomStream, joinBatches, type tf } from '@tintype/core-tensor';
import { describeGenerator, describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { defaultVaeConfig } from './config.ts';
import { sampleVae } from './sample.ts';
import { createVae } from './vae.ts';

const create = () =>
  createVae({ ...defaultVaeConfig, imageSize: 8, hiddenUnits: [33], latentDim: 7 }, createRandomStream(1));

describeGenerator('VAE', () => {
  const model = create();
  return {
    generate: (request) =>
      joinBatches(sampleVae(model, { ...request, rng: createRandomStream(9), batchSize: 3 })),
    dispose: () => model.dispose(),
  };
});

const conditional = () =>
  createVae(
    { ...defaultVaeConfig, imageSize: 4, hiddenUnits: [6], latentDim: 2, numClasses: 3 },
    createRandomStream(1),
  );

describeGenerator('conditional VAE', () => {
  const model = conditional();
  return {
    generate: (request) =>
      joinBatches(sampleVae(model, { ...request, rng: createRandomStream(9), batchSize: 3 })),
    dispose: () => model.dispose(),
  };
});

describeOnBackends(
  'samples of a conditional VAE',
  () => {
    test('are of the labels in turn, by default of every class', async () => {
      const model = conditional();
      const draw = async (count: number, labels?: readonly number[], firstIndex = 0) => {
        const options = { count, firstIndex, rng: createRandomStream(9), batchSize: 2 };
        return joinBatches(sampleVae(model, { ...options, ...(labels && { labels }) }));
      };
      const [inTurn, given, twos] = [await draw(4), await draw(4, [0, 1, 2, 0]), await draw(4, [2])];
      expect(inTurn).toBeAllClose(given, { rtol: 0, atol: 0 });
      const row = (images: tf.Tensor4D, index: number) => images.slice([index, 0, 0, 0], [1, 4, 4, 1]);
      expect(row(twos, 2)).toBeAllClose(row(given, 2), { rtol: 0, atol: 0 });
      expect(row(twos, 1).sub(row(given, 1)).abs().max().dataSync()[0]).toBeGreaterThan(1e-3);
      expect(await draw(1, undefined, 3)).toBeAllClose(row(inTurn, 3), { rtol: 0, atol: 1e-6 });
      model.dispose();
    });

    test('labels that are no classes, none at all, and labels of a model without classes are refused', () => {
      const model = conditional();
      const plain = create();
      const options = { count: 1, rng: createRandomStream(9) };
      expect(() => sampleVae(model, { ...options, labels: [0, 3] })).toThrow(/sampleVae.labels\[1\]/);
      expect(() => sampleVae(model, { ...options, labels: [] })).toThrow(/sampleVae.labels/);
      expect(() => sampleVae(plain, { ...options, labels: [0] })).toThrow(
        expect.objectContaining({ code: 'E_LABEL' }),
      );
      model.dispose();
      plain.dispose();
    });
  },
  { backends: ['wasm'] },
);
