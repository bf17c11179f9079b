import { joinBatches, type tf } from '@tintype/core-tensor';
import { createAutoencoderMonitors } from './autoencoder-monitors.ts';
import {
  type AutoencoderRecipeConfig,
  type AutoencoderSampleOptions,
  type AutoencoderWithLatents,
  createAutoencoderWithLatents,
  sampleFromLatents,
} from './autoencoder-with-latents.ts';
import { evaluateAutoencoder } from './evaluate-autoencoder.ts';
import { codingParts } from './image-codes.ts';
import type { ImageSource } from './image-source.ts';
import type { Recipe } from './recipe.ts';
import { sourceBatches } from './source-batches.ts';

export type AutoencoderRecipe = Recipe<
  AutoencoderRecipeConfig,
  AutoencoderWithLatents,
  AutoencoderSampleOptions
>;

/** What an autoencoder's recipe is, besides its dataset. */
export type AutoencoderRecipeSettings = Pick<
  AutoencoderRecipe,
  'name' | 'description' | 'config' | 'steps' | 'batchSize' | 'expectations'
>;

const sampleOptions: AutoencoderSampleOptions = { batchSize: 64, latents: 'mixture' };

/** The recipe of an autoencoder (Hinton and Salakhutdinov 2006) on a dataset. */
export function createAutoencoderRecipe(
  source: ImageSource,
  settings: AutoencoderRecipeSettings,
): AutoencoderRecipe {
  return {
    ...settings,
    system: 'autoencoder',
    monitors: ({ model }, request) => createAutoencoderMonitors(model, source, request),
    data: (options) => sourceBatches(source, options, options.config.imageSize),
    create: createAutoencoderWithLatents,
    preview(model, rng, { count }) {
      // The mixture takes seconds to fit, too long for a picture on the way.
      const options = { ...sampleOptions, latents: 'normal' } as const;
      return joinBatches(sampleFromLatents(model, { count, firstIndex: 0, rng, options }));
    },
    sample: sampleFromLatents,
    sampleOptions,
    ...codingParts<AutoencoderWithLatents>(source, {
      encode: (model, images) => model.encode(images),
      decode: (model, codes) => model.decode(codes as tf.Tensor2D),
    }),
    evaluate: (model, request) => evaluateAutoencoder(model, source, request),
  };
}
