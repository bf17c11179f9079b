export { type InterpolateLatentsOptions, interpolateLatents } from '@tintype/core-tensor';
export { latentGrid } from './latent-grid.ts';
export { walkLatent } from './walk-latent.ts';
