import { createAdam, createRandomStream } from '@tintype/core-tensor';
import type { TrainableSystem } from '@tintype/core-tensor/testing';
import { defaultVaeConfig } from './config.ts';
import { createVaeTrainStep, type VaeTrainOptions } from './train-step.ts';
import { createVae } from './vae.ts';

/** A VAE of a few hundred weights on noise, for the contract suites. */
export function createTinyVae(options: VaeTrainOptions = {}): TrainableSystem {
  const rng = createRandomStream(1);
  const config = { ...defaultVaeConfig, imageSize: 4, hiddenUnits: [6], latentDim: 3 };
  const model = createVae(config, rng.fork('init'));
  const optimizer = createAdam(model.parameters, { learningRate: 1e-3 });
  const trainStep = createVaeTrainStep(model, { optimizer }, options);
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
