import {
  createVae,
  createVaeTrainStep,
  defaultVaeConfig,
  sampleVae,
  type Vae,
  type VaeConfig,
} from '@tintype/autoencoders';
import { createAdam, joinBatches } from '@tintype/core-tensor';
import { evaluateVae } from './evaluate-vae.ts';
import { mnistBatches } from './mnist-batches.ts';
import type { Recipe } from './recipe.ts';
import { createVaeMonitors } from './vae-monitors.ts';

export interface VaeMnistConfig extends VaeConfig {
  /** Adam's, above 0. @default 0.001 */
  readonly learningRate: number;
}

export interface VaeMnistSampleOptions {
  /** Images decoded at once. @default 64 */
  readonly batchSize: number;
}

/** Digits from a two-layer VAE (Kingma and Welling 2013). */
export const vaeMnist: Recipe<VaeMnistConfig, Vae, VaeMnistSampleOptions> = {
  name: 'vae-mnist',
  system: 'vae',
  description: 'Variational autoencoder on MNIST digits',
  config: { ...defaultVaeConfig, latentDim: 10, learningRate: 1e-3 },
  steps: 3500,
  batchSize: 128,
  monitors: ({ model }, request) => createVaeMonitors(model, request),
  data: (options) => mnistBatches(options, options.config.imageSize),
  create({ learningRate, ...config }, rng) {
    const model = createVae(config, rng);
    const optimizer = createAdam(model.parameters, { learningRate });
    return { model, trainStep: createVaeTrainStep(model, { optimizer }) };
  },
  preview: (model, rng, { count }) => joinBatches(sampleVae(model, { count, rng })),
  sample: (model, { options, ...request }) => sampleVae(model, { ...request, ...options }),
  sampleOptions: { batchSize: 64 },
  evaluate: (model, { options, count, ...request }) =>
    evaluateVae(model, sampleVae(model, { count, rng: request.rng, ...options }), request),
  expectations: [
    {
      id: '9.3',
      name: '−ELBO of binarised test digits, nats',
      metric: 'binarizedNegativeElbo',
      direction: '<=',
      threshold: 115,
      healthy: [104.47, 105.23, 104.22],
      broken: [205.6, 205.63, 204.92],
    },
    {
      id: '9.4',
      name: 'digits among the samples, of ten',
      metric: 'classesCovered',
      direction: '>=',
      threshold: 10,
      healthy: [10, 10, 10],
      broken: [1, 1, 1],
    },
    {
      id: '9.5',
      name: 'active latent units',
      metric: 'activeUnits',
      direction: '>=',
      threshold: 6,
      healthy: [10, 9, 10],
      broken: [0, 0, 3],
    },
  ],
};
