export { fitGaussianMixtureLatents, type GaussianMixtureOptions } from './fit-gaussian-mixture.ts';
export { fitNormalLatents } from './fit-normal.ts';
export {
  type LatentComponent,
  type LatentDistribution,
  standardNormalLatents,
  validateLatentDistribution,
} from './latent-distribution.ts';
export { type SampleLatentsOptions, sampleLatents } from './sample-latents.ts';
