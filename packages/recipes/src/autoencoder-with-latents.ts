import {
  type Autoencoder,
  type AutoencoderConfig,
  createAutoencoder,
  createAutoencoderTrainStep,
  fitGaussianMixtureLatents,
  fitNormalLatents,
  type LatentDistribution,
  sampleAutoencoder,
  standardNormalLatents,
} from '@tintype/autoencoders';
import {
  createAdam,
  createRandomStream,
  createTrainState,
  joinParameters,
  type RandomStream,
  type tf,
} from '@tintype/core-tensor';
import type { CodeSampleOptions } from './image-codes.ts';
import { createKeptLatents } from './kept-latents.ts';
import type { CreatedModel, SampleRequest } from './recipe.ts';

export interface AutoencoderRecipeConfig extends AutoencoderConfig {
  /** Adam's, above 0. @default 0.001 */
  readonly learningRate: number;
}

export interface AutoencoderSampleOptions extends CodeSampleOptions {
  /**
   * What codes are drawn from: a `mixture` of ten Gaussians or one `normal` distribution, fitted to the codes of images that
   * the training saw last, or the `standard` N(0, I), which an autoencoder knows nothing of. @default 'mixture'
   */
  readonly latents: 'mixture' | 'normal' | 'standard';
}

export interface AutoencoderWithLatents extends Autoencoder {
  /** [4096, latentDim]: codes of the images that the training saw last, saved with the weights; borrowed. */
  readonly keptCodes: tf.Tensor2D;
}

/** Parameters `autoencoder.…` and the buffer `latents.codes`, so that sampling needs no data. Throws `E_CONFIG`. */
export function createAutoencoderWithLatents(
  { learningRate, ...config }: AutoencoderRecipeConfig,
  rng: RandomStream,
): CreatedModel<AutoencoderWithLatents> {
  const autoencoder = createAutoencoder(config, rng);
  const latents = createKeptLatents(config.latentDim, autoencoder.encode, rng.fork('latents'));
  const optimizer = createAdam(autoencoder.parameters, { learningRate });
  const trainStep = createAutoencoderTrainStep(autoencoder, { optimizer });
  const parameters = joinParameters({
    autoencoder: autoencoder.parameters,
    latents: latents.parameters,
  });
  return {
    model: {
      ...autoencoder,
      parameters,
      keptCodes: latents.codes,
      dispose() {
        autoencoder.dispose();
        latents.dispose();
      },
    },
    trainStep: {
      ...trainStep,
      phases: [...trainStep.phases, latents.phase],
      state: createTrainState({ parameters, optimizers: { autoencoder: optimizer } }),
    },
  };
}

/** A function of the model alone: where the fit begins is drawn from a stream of its own. */
export function latentDistributionOf(
  { config, keptCodes }: AutoencoderWithLatents,
  latents: AutoencoderSampleOptions['latents'],
): LatentDistribution | Promise<LatentDistribution> {
  switch (latents) {
    case 'mixture':
      return fitGaussianMixtureLatents(keptCodes, { rng: createRandomStream('latent mixture') });
    case 'normal':
      return fitNormalLatents(keptCodes);
    case 'standard':
      return standardNormalLatents(config.latentDim);
  }
}

/** Codes drawn as asked, decoded: batches [b, h, w, c] in [-1, 1]; the consumer frees each. */
export async function* sampleFromLatents(
  model: AutoencoderWithLatents,
  { options: { latents, ...options }, ...request }: SampleRequest<AutoencoderSampleOptions>,
): AsyncGenerator<tf.Tensor4D> {
  const distribution = await latentDistributionOf(model, latents);
  yield* sampleAutoencoder(model, distribution, { ...request, ...options });
}
