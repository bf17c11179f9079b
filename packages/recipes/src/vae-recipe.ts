import { createVae, createVaeTrainStep, sampleVae, type Vae, type VaeConfig } from '@tintype/autoencoders';
import { createAdam, joinBatches, TintypeError, type tf } from '@tintype/core-tensor';
import { evaluateVae } from './evaluate-vae.ts';
import { type CodeSampleOptions, codingParts } from './image-codes.ts';
import type { ImageSource } from './image-source.ts';
import type { Recipe } from './recipe.ts';
import { sourceBatches } from './source-batches.ts';
import { createVaeMonitors } from './vae-monitors.ts';

export interface VaeRecipeConfig extends VaeConfig {
  /** Adam's, above 0. @default 0.001 */
  readonly learningRate: number;
}

export type VaeRecipe = Recipe<VaeRecipeConfig, Vae, CodeSampleOptions>;

/** What a VAE's recipe is, besides its dataset. */
export type VaeRecipeSettings = Pick<
  VaeRecipe,
  'name' | 'description' | 'config' | 'steps' | 'batchSize' | 'expectations'
>;

/** The recipe of a VAE (Kingma and Welling 2013) on a dataset. */
export function createVaeRecipe(source: ImageSource, settings: VaeRecipeSettings): VaeRecipe {
  return {
    ...settings,
    system: 'vae',
    monitors: ({ model }, request) => createVaeMonitors(model, source, request),
    data: (options) => sourceBatches(source, options, options.config.imageSize),
    create({ learningRate, ...config }, rng) {
      assertUnconditional(settings.name, config);
      const model = createVae(config, rng);
      const optimizer = createAdam(model.parameters, { learningRate });
      return { model, trainStep: createVaeTrainStep(model, { optimizer }) };
    },
    preview: (model, rng, { count }) => joinBatches(sampleVae(model, { count, rng })),
    sample: (model, { options, ...request }) => sampleVae(model, { ...request, ...options }),
    sampleOptions: { batchSize: 64 },
    ...codingParts<Vae>(source, {
      encode(model, images) {
        const { mu, logVar } = model.encode(images);
        logVar.dispose();
        return mu;
      },
      decode: (model, codes) => model.decode(codes as tf.Tensor2D),
    }),
    evaluate: (model, { options, count, ...request }) =>
      evaluateVae(model, source, sampleVae(model, { count, rng: request.rng, ...options }), request),
  };
}

/** The recipes show, rebuild and measure images without their labels. */
function assertUnconditional(name: string, { numClasses }: VaeConfig): void {
  if (numClasses === null) return;
  throw new TintypeError('E_CONFIG', {
    where: `${name}: numClasses`,
    what: 'the recipe trains without labels',
    got: numClasses,
    expected: 'null',
    remedy: 'Train a conditional VAE with createVae and batches that have labels',
  });
}
