import { createAdam, createRandomStream } from '@tintype/core-tensor';
import type { TrainableSystem } from '@tintype/core-tensor/testing';
import { createAutoencoder } from './autoencoder.ts';
import { type AutoencoderConfig, defaultAutoencoderConfig } from './config.ts';
import { type AutoencoderTrainOptions, createAutoencoderTrainStep } from './train-step.ts';

/** Sixteen pixels, one hidden layer. */
export const tinyConfig: AutoencoderConfig = {
  ...defaultAutoencoderConfig,
  imageSize: 4,
  hiddenUnits: [6],
  latentDim: 3,
};

/** Every penalty at once. */
export const penalties: Partial<AutoencoderConfig> = {
  latentActivation: 'sigmoid',
  sparsityWeight: 0.1,
  contractiveWeight: 0.2,
  latentPenalty: 0.3,
  decoderPenalty: 0.4,
};

/** An autoencoder of a few hundred weights on noise, for the contract suites. */
export function createTinyAutoencoder(
  config: Partial<AutoencoderConfig> = {},
  options: AutoencoderTrainOptions = {},
): TrainableSystem {
  const rng = createRandomStream(1);
  const model = createAutoencoder({ ...tinyConfig, ...config }, rng.fork('init'));
  const optimizer = createAdam(model.parameters, { learningRate: 1e-3 });
  const trainStep = createAutoencoderTrainStep(model, { optimizer }, options);
  return {
    trainStep,
    batches: { batch: (step) => ({ images: rng.fork('data').fork(step).uniform([5, 4, 4, 1], -1, 1) }) },
    rng,
    dispose() {
      trainStep.dispose();
      model.dispose();
    },
  };
}
