import { joinBatches, type tf } from '@tintype/core-tensor';
import { evaluateLatentDiffusion } from './evaluate-latent-diffusion.ts';
import { codingParts } from './image-codes.ts';
import { mnistSource as source } from './image-source.ts';
import {
  createLatentDiffusion,
  type LatentDiffusion,
  type LatentDiffusionConfig,
  sampleLatentDiffusion,
} from './latent-diffusion.ts';
import { createLatentDiffusionMonitors } from './latent-diffusion-monitors.ts';
import type { Recipe } from './recipe.ts';
import { type DiffusionSampleOptions, defaultDiffusionSampleOptions } from './sample-with.ts';
import { sourceBatches } from './source-batches.ts';

const previewOptions = { ...defaultDiffusionSampleOptions, numInferenceSteps: 20 };

/** Digits from diffusion in the 7×7 latents of an autoencoder (Rombach et al. 2021), sampled with DDIM and decoded. */
export const latentDiffusionMnist: Recipe<LatentDiffusionConfig, LatentDiffusion, DiffusionSampleOptions> = {
  name: 'latent-diffusion-mnist',
  system: 'ddpm',
  description: 'Latent diffusion on MNIST digits: an autoencoder, then diffusion in its 7×7 latents',
  config: {
    imageSize: 28,
    channels: 1,
    vaePatchSize: 2,
    vaeChannels: [16, 32],
    latentChannels: 4,
    klWeight: 1e-5,
    vaeLearningRate: 1e-3,
    vaeSteps: 1200,
    normGroups: 8,
    blockOutChannels: [64],
    layersPerBlock: 1,
    timesteps: 1000,
    betaSchedule: 'cosine',
    predictionType: 'epsilon',
    learningRate: 1e-3,
    gradientClip: 1,
    emaDecay: 0.999,
  },
  steps: 4000,
  batchSize: 32,
  monitors: ({ model, ema }, request) => createLatentDiffusionMonitors(model, ema!, source, request),
  data: (options) => sourceBatches(source, options, options.config.imageSize),
  create: createLatentDiffusion,
  preview(model, rng, { count, signal }) {
    const numInferenceSteps = Math.min(previewOptions.numInferenceSteps, model.config.timesteps);
    const options = { ...previewOptions, numInferenceSteps };
    return joinBatches(sampleLatentDiffusion(model, { count, firstIndex: 0, rng, options }, signal));
  },
  sample: (model, request) => sampleLatentDiffusion(model, request),
  samplesInSteps: true,
  sampleOptions: defaultDiffusionSampleOptions,
  ...codingParts<LatentDiffusion>(source, {
    encode: ({ firstStage }, images) => firstStage.encode(images),
    decode: ({ firstStage }, latents) => firstStage.decode(latents as tf.Tensor4D),
  }),
  evaluate(model, { options, ...request }) {
    const samples = sampleLatentDiffusion(model, { ...request, firstIndex: 0, options }, request.signal);
    return evaluateLatentDiffusion(model, source, samples, request);
  },
  expectations: [
    {
      id: '11.6',
      name: 'digits among the samples, of ten',
      metric: 'classesCovered',
      direction: '>=',
      threshold: 10,
    },
  ],
};
