import {
  type CodePrior,
  type CodePriorConfig,
  createCodePrior,
  createCodePriorTrainStep,
  createVqVae,
  createVqVaeTrainStep,
  sampleCodePrior,
  type VqVae,
  type VqVaeConfig,
} from '@tintype/autoencoders';
import {
  createAdam,
  joinParameters,
  joinTrainSteps,
  type Model,
  type RandomStream,
  type tf,
} from '@tintype/core-tensor';
import type { CodeSampleOptions } from './image-codes.ts';
import type { CreatedModel, SampleRequest } from './recipe.ts';

export interface VqVaeRecipeConfig extends VqVaeConfig {
  /** Adam's in the first stage, above 0. @default 0.001 */
  readonly learningRate: number;
  /** Steps of the first stage; the prior learns in those that follow. @default 1200 */
  readonly vqVaeSteps: number;
  /** Network of the prior, and its width and depth (see `CodePriorConfig`). @default 'pixel-cnn', 32, 4 */
  readonly priorArchitecture: CodePriorConfig['architecture'];
  readonly priorChannels: number;
  readonly priorLayers: number;
  /** Heads of a transformer. */
  readonly priorHeads: number;
  /** Adam's in the second stage, above 0. @default 0.003 */
  readonly priorLearningRate: number;
}

export interface VqVaeSampleOptions extends CodeSampleOptions {
  /** Divides the prior's logits, at least 0: below 1 for likelier and less varied images. @default 1 */
  readonly temperature: number;
}

/** Both stages. */
export interface VqVaeWithPrior extends Model<VqVaeRecipeConfig> {
  readonly vqVae: VqVae;
  readonly prior: CodePrior;
}

/** A VQ-VAE, then the prior of its codes: parameters `vq_vae.…` and `prior.…`. Throws `E_CONFIG`. */
export function createVqVaeWithPrior(
  config: VqVaeRecipeConfig,
  rng: RandomStream,
): CreatedModel<VqVaeWithPrior> {
  const { learningRate, vqVaeSteps, priorLearningRate, ...rest } = config;
  const { priorArchitecture, priorChannels, priorLayers, priorHeads, ...vqVaeConfig } = rest;
  const vqVae = createVqVae(vqVaeConfig, rng.fork('vq-vae'));
  const prior = disposingOnError(vqVae, () =>
    createCodePrior(
      {
        architecture: priorArchitecture,
        height: vqVae.gridSize,
        width: vqVae.gridSize,
        codebookSize: config.codebookSize,
        hiddenChannels: priorChannels,
        layers: priorLayers,
        heads: priorHeads,
        numClasses: null,
      },
      rng.fork('prior'),
    ),
  );
  const stages = {
    vq_vae: createVqVaeTrainStep(vqVae, { optimizer: createAdam(vqVae.parameters, { learningRate }) }),
    prior: createCodePriorTrainStep(
      prior,
      { optimizer: createAdam(prior.parameters, { learningRate: priorLearningRate }) },
      { codesOf: ({ images }) => vqVae.encodeIndices(images as tf.Tensor4D) },
    ),
  };
  const model: VqVaeWithPrior = {
    config,
    vqVae,
    prior,
    parameters: joinParameters({ vq_vae: vqVae.parameters, prior: prior.parameters }),
    dispose() {
      vqVae.dispose();
      prior.dispose();
    },
  };
  const trainStep = joinTrainSteps({
    vq_vae: { trainStep: stages.vq_vae, steps: vqVaeSteps },
    prior: { trainStep: stages.prior },
  });
  return { model, trainStep };
}

/** A second stage that is refused leaves nothing of the first. */
function disposingOnError<T>(first: Model, create: () => T): T {
  try {
    return create();
  } catch (error) {
    first.dispose();
    throw error;
  }
}

/** Codes drawn from the prior, decoded: batches [b, h, w, c] in [-1, 1]; the consumer frees each. */
export async function* sampleVqVae(
  { vqVae, prior }: VqVaeWithPrior,
  { options, ...request }: SampleRequest<VqVaeSampleOptions>,
): AsyncGenerator<tf.Tensor4D> {
  for await (const codes of sampleCodePrior(prior, { ...request, ...options })) {
    const images = vqVae.decodeIndices(codes);
    codes.dispose();
    yield images;
  }
}
