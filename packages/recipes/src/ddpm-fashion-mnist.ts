import { createDdpmRecipe, type DdpmRecipeConfig } from './ddpm-recipe.ts';
import { fashionMnistSource } from './image-source.ts';

const steps = 3500;

const config: DdpmRecipeConfig = {
  imageSize: 28,
  patchSize: 2,
  blockOutChannels: [32, 64],
  layersPerBlock: 1,
  normGroups: 8,
  timesteps: 1000,
  betaSchedule: 'cosine',
  predictionType: 'v',
  learningRate: 1e-3,
  gradientClip: 1,
  emaDecay: 0.999,
  warmUpSteps: 50,
  decaySteps: steps,
  emaWarmUp: 'ratio',
};

/** Garments from denoising diffusion, the network of the digits. */
export const ddpmFashionMnist = createDdpmRecipe(fashionMnistSource, {
  name: 'ddpm-fashion-mnist',
  description: 'Denoising diffusion on Fashion-MNIST garments',
  config,
  steps,
  batchSize: 32,
  expectations: [
    {
      id: '11.6',
      name: 'kinds of garment among the samples, of ten',
      metric: 'classesCovered',
      direction: '>=',
      threshold: 10,
    },
  ],
});
