import { createAdam, createRandomStream } from '@tintype/core-tensor';
import type { TrainableSystem } from '@tintype/core-tensor/testing';
import { defaultVqVaeConfig, type VqVaeConfig } from './config.ts';
import { createVqVaeTrainStep, type VqVaeTrainOptions } from './train-step.ts';
import { createVqVae } from './vq-vae.ts';

export const tinyVqVaeConfig: VqVaeConfig = {
  ...defaultVqVaeConfig,
  imageSize: 8,
  hiddenChannels: 4,
  residualLayers: 1,
  codebookSize: 5,
  embeddingDim: 3,
};

/** A VQ-VAE of a few hundred weights on noise, for the contract suites. */
export function createTinyVqVae(
  config: Partial<VqVaeConfig> = {},
  options: VqVaeTrainOptions = {},
): TrainableSystem {
  const rng = createRandomStream(1);
  const model = createVqVae({ ...tinyVqVaeConfig, ...config }, rng.fork('init'));
  const optimizer = createAdam(model.parameters, { learningRate: 1e-3 });
  const trainStep = createVqVaeTrainStep(model, { optimizer }, options);
  return {
    trainStep,
    batches: { batch: (step) => ({ images: rng.fork('data').fork(step).uniform([5, 8, 8, 1], -1, 1) }) },
    rng,
    dispose() {
      trainStep.dispose();
      model.dispose();
    },
  };
}
