import { createRandomStream, joinBatches } from '@tintype/core-tensor';
import { describeGenerator } from '@tintype/core-tensor/testing';
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
