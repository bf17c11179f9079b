import { createAdam, createRandomStream } from '@tintype/core-tensor';
import type { TrainableSystem } from '@tintype/core-tensor/testing';
import { defaultVqModelConfig, type VqModelConfig } from './config.ts';
import { createVqModelTrainStep, type VqModelTrainOptions } from './train-step.ts';
import { createVqModel } from './vq-model.ts';

/** Two levels of two channels. */
export const tinyConfig: VqModelConfig = {
  ...defaultVqModelConfig,
  imageSize: 4,
  channels: 1,
  latentChannels: 1,
  blockOutChannels: [2, 2],
  normGroups: 1,
  codebookSize: 4,
  embeddingDim: 2,
};

/** One level on noise, for the contract suites. */
export function createTinyVqModel(options: VqModelTrainOptions = {}): TrainableSystem {
  const rng = createRandomStream(1);
  const model = createVqModel({ ...tinyConfig, blockOutChannels: [2] }, rng.fork('init'));
  const optimizer = createAdam(model.parameters, { learningRate: 1e-3 });
  const trainStep = createVqModelTrainStep(model, { optimizer }, options);
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
