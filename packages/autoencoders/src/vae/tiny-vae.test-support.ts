import { createAdam, createRandomStream, tf } from '@tintype/core-tensor';
import type { TrainableSystem } from '@tintype/core-tensor/testing';
import { defaultVaeConfig, type VaeConfig } from './config.ts';
import { createVaeTrainStep, type VaeTrainOptions } from './train-step.ts';
import { createVae } from './vae.ts';

/** The forms that a VAE has beside the plain one, at a size that trains in milliseconds. */
export const tinyForms = {
  'a conditional VAE': { numClasses: 3 },
  'a convolutional VAE': { architecture: 'conv', convChannels: [3], hiddenUnits: [] },
  // Three steps and three more lie within it.
  'a VAE in its warm-up, with free bits': { klWarmUpSteps: 5, freeBits: 0.05 },
} as const satisfies Readonly<Record<string, Partial<VaeConfig>>>;

/** A VAE of a few hundred weights on noise, for the contract suites. */
export function createTinyVae(
  options: VaeTrainOptions = {},
  changes: Partial<VaeConfig> = {},
): TrainableSystem {
  const rng = createRandomStream(1);
  const config = { ...defaultVaeConfig, imageSize: 4, hiddenUnits: [6], latentDim: 3, ...changes };
  const model = createVae(config, rng.fork('init'));
  const optimizer = createAdam(model.parameters, { learningRate: 1e-3 });
  const trainStep = createVaeTrainStep(model, { optimizer }, options);
  return {
    trainStep,
    batches: {
      batch: (step) => ({
        images: rng.fork('data').fork(step).uniform([5, 4, 4, 1], -1, 1),
        labels: tf.tensor1d([0, 1, 2, 0, 1], 'int32'),
      }),
    },
    rng,
    dispose() {
      trainStep.dispose();
      model.dispose();
    },
  };
}
