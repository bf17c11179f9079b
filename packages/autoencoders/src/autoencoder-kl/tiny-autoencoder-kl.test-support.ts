import { createAdam, createRandomStream } from '@tintype/core-tensor';
import type { TrainableSystem } from '@tintype/core-tensor/testing';
import { createAutoencoderKl } from './autoencoder-kl.ts';
import { type AutoencoderKlConfig, defaultAutoencoderKlConfig } from './config.ts';
import { type AutoencoderKlTrainOptions, createAutoencoderKlTrainStep } from './train-step.ts';

/** Two levels of two channels. */
export const tinyConfig: AutoencoderKlConfig = {
  ...defaultAutoencoderKlConfig,
  imageSize: 4,
  channels: 1,
  latentChannels: 1,
  blockOutChannels: [2, 2],
  normGroups: 1,
};

/** One level on noise, for the contract suites. */
export function createTinyAutoencoderKl(options: AutoencoderKlTrainOptions = {}): TrainableSystem {
  const rng = createRandomStream(1);
  const model = createAutoencoderKl({ ...tinyConfig, blockOutChannels: [2] }, rng.fork('init'));
  const optimizer = createAdam(model.parameters, { learningRate: 1e-3 });
  const trainStep = createAutoencoderKlTrainStep(model, { optimizer }, options);
  return {
    trainStep,
    batches: { batch: (step) => ({ images: rng.fork('data').fork(step).uniform([3, 2, 2, 1], -1, 1) }) },
    rng,
    dispose() {
      trainStep.dispose();
      model.dispose();
    },
  };
}
