import { joinBatches, type tf } from '@tintype/core-tensor';
import { evaluateVqVae } from './evaluate-vq-vae.ts';
import { codingParts } from './image-codes.ts';
import type { ImageSource } from './image-source.ts';
import type { Recipe } from './recipe.ts';
import { sourceBatches } from './source-batches.ts';
import { createVqVaeMonitors } from './vq-vae-monitors.ts';
import {
  createVqVaeWithPrior,
  sampleVqVae,
  type VqVaeRecipeConfig,
  type VqVaeSampleOptions,
  type VqVaeWithPrior,
} from './vq-vae-with-prior.ts';

export type VqVaeRecipe = Recipe<VqVaeRecipeConfig, VqVaeWithPrior, VqVaeSampleOptions>;

/** What a VQ-VAE's recipe is, besides its dataset. */
export type VqVaeRecipeSettings = Pick<
  VqVaeRecipe,
  'name' | 'description' | 'config' | 'steps' | 'batchSize' | 'expectations'
>;

const sampleOptions: VqVaeSampleOptions = { batchSize: 64, temperature: 1 };

/**
 * The recipe of a VQ-VAE (van den Oord et al. 2017) on a dataset: first the autoencoder, then the prior of its codes. From
 * image to image it goes straight between their latents, each of which is rounded to its nearest code.
 */
export function createVqVaeRecipe(source: ImageSource, settings: VqVaeRecipeSettings): VqVaeRecipe {
  return {
    ...settings,
    system: 'vq-vae',
    monitors: ({ model }, request) => createVqVaeMonitors(model, source, request),
    data: (options) => sourceBatches(source, options, options.config.imageSize),
    create: createVqVaeWithPrior,
    preview: (model, rng, { count }) =>
      joinBatches(sampleVqVae(model, { count, firstIndex: 0, rng, options: sampleOptions })),
    sample: sampleVqVae,
    sampleOptions,
    ...codingParts<VqVaeWithPrior>(source, {
      encode: ({ vqVae }, images) => vqVae.encode(images),
      decode: ({ vqVae }, latents) => vqVae.decodeIndices(vqVae.quantizer.nearest(latents as tf.Tensor4D)),
    }),
    evaluate: (model, { options, ...request }) => {
      const samples = sampleVqVae(model, { ...request, firstIndex: 0, options });
      return evaluateVqVae(model, source, samples, request);
    },
  };
}
