export { type InterpolateLatentsOptions, interpolateLatents } from './interpolate-latents.ts';
export { latentGrid } from './latent-grid.ts';
export { walkLatent } from './walk-latent.ts';
