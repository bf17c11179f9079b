import { gatherImages } from '@tintype/datasets';
import { createDdpmRecipe, type DdpmRecipe } from './ddpm-recipe.ts';
import { mnistSource } from './image-source.ts';
import { inversionError } from './inversion-error.ts';

const steps = 4000;
const invertedDigits = 32;
const inversionSteps = 100;

const recipe = createDdpmRecipe(mnistSource, {
  name: 'ddpm-mnist',
  description: 'Denoising diffusion on MNIST digits, sampled with DDIM',
  config: {
    imageSize: 28,
    patchSize: 2,
    blockOutChannels: [32, 64],
    layersPerBlock: 1,
    normGroups: 8,
    timesteps: 200,
    betaSchedule: 'cosine',
    predictionType: 'v',
    learningRate: 1e-3,
    gradientClip: 1,
    emaDecay: 0.999,
    warmUpSteps: 50,
    decaySteps: steps,
    emaWarmUp: 'ratio',
  },
  steps,
  batchSize: 32,
  expectations: [],
});

/**
 * Digits from denoising diffusion (Ho et al. 2020), sampled with DDIM (Song et al. 2021). It learns v (Salimans and Ho 2022):
 * at the noisy end of the cosine schedule x̂_0 of a predicted ε is its error, many times over. 200 timesteps instead of the
 * paper's 1000, so that a sampler can be measured that takes every one.
 */
export const ddpmMnist: DdpmRecipe = {
  ...recipe,
  async evaluate(model, request) {
    const { imageSize } = model.config;
    const test = await mnistSource.load({ files: request.files, split: 'test', imageSize });
    const digits = gatherImages(
      test,
      Int32Array.from({ length: invertedDigits }, (_, i) => i),
    );
    const numInferenceSteps = Math.min(inversionSteps, model.schedule.timesteps);
    const { signal } = request;
    try {
      const error = await inversionError(model, digits, { numInferenceSteps, ...(signal && { signal }) });
      return { ...(await recipe.evaluate!(model, request)), inversionError: error };
    } finally {
      digits.dispose();
    }
  },
  expectations: [
    {
      id: '11.6',
      name: 'squared error of the noise predicted on test digits',
      metric: 'noiseError',
      direction: '<=',
      threshold: 0.05,
      healthy: [0.048319, 0.048199, 0.047951],
      broken: [0.10312, 0.10401, 0.10484],
    },
    {
      id: '11.6',
      name: 'digits among the samples, of ten',
      metric: 'classesCovered',
      direction: '>=',
      threshold: 10,
      healthy: [10, 10, 10],
      broken: [1, 1, 1],
    },
    {
      id: '12.6',
      name: 'squared error of test digits through their noise and back in 100 steps',
      metric: 'inversionError',
      direction: '<=',
      threshold: 0.01,
      healthy: [0.00030861, 0.000065497, 0.00029509],
      broken: [0.12874, 0.12874, 0.1288],
    },
  ],
};
