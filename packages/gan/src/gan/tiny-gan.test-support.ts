import { createAdam, createRandomStream, selectParameters, type tf } from '@tintype/core-tensor';
import { defaultGanConfig, type GanConfig } from './config.ts';
import { createGan, type Gan } from './gan.ts';
import type { GanTrainOptions } from './train-options.ts';
import { createGanTrainStep } from './train-step.ts';

export const tinyGanConfig: GanConfig = {
  ...defaultGanConfig,
  imageSize: 8,
  latentDim: 4,
  generatorChannels: 2,
  discriminatorChannels: 2,
};
export const tinyGanWithR1Config: GanConfig = {
  ...tinyGanConfig,
  discriminatorNorm: 'none',
  r1Gamma: 1,
  r1Interval: 2,
};

/** A GAN of a few hundred weights on noise, for the contract suites. */
export function createTinyGan(
  config: GanConfig,
  options: GanTrainOptions = {},
  watch: (model: Gan) => Gan = (model) => model,
) {
  const rng = createRandomStream(1);
  const model = watch(createGan(config, rng.fork('init')));
  const adam = { learningRate: 2e-4, adamBeta1: 0.5, adamBeta2: 0.999 };
  const trainStep = createGanTrainStep(
    model,
    {
      generator: createAdam(selectParameters(model.parameters, 'generator'), adam),
      discriminator: createAdam(selectParameters(model.parameters, 'discriminator'), adam),
    },
    options,
  );
  const images = (step: number) => rng.fork('data').fork(step).uniform<tf.Rank.R4>([5, 8, 8, 1], -1, 1);
  return {
    model,
    trainStep,
    rng,
    batches: { batch: (step: number) => ({ images: images(step) }) },
    dispose() {
      trainStep.dispose();
      model.dispose();
    },
  };
}
