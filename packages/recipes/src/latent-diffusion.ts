// Diffusion in the latents of an autoencoder: first the autoencoder learns, then a DDPM of its latents.
// Rombach, Blattmann, Lorenz, Esser and Ommer (2021), "High-resolution image synthesis with latent diffusion models",
// arXiv 2112.10752.   z_0 = s · E(x);  minimise ‖ε − ε_θ(√ᾱ_t z_0 + √(1 − ᾱ_t) ε, t)‖²;  sample z_0, then x = D(z_0 / s)
// Differs from the paper: a first stage without perceptual and adversarial terms, whose mean latents are learned rather than samples.
import {
  createAdam,
  createEma,
  joinParameters,
  joinTrainSteps,
  type Model,
  type Phase,
  type RandomStream,
  sampleBatches,
  type TrainStep,
  tf,
} from '@tintype/core-tensor';
import { createDdpmTrainStep, createNoiseSchedule, createUNet2d } from '@tintype/diffusion';
import type { DenoiserRecipeConfig, ScheduledUNet } from './ddpm-recipe.ts';
import {
  createLatentFirstStage,
  createLatentFirstStageTrainStep,
  type LatentFirstStage,
  type LatentFirstStageConfig,
} from './latent-first-stage.ts';
import type { CreatedModel, SampleRequest } from './recipe.ts';
import { type DiffusionSampleOptions, sampleWith } from './sample-with.ts';
import { showSteps } from './show-steps.ts';

/** `blockOutChannels`, `layersPerBlock` and what follows them are the denoiser's, as those of a DDPM in pixels. */
export type LatentDiffusionConfig = LatentFirstStageConfig & Omit<DenoiserRecipeConfig, 'patchSize'>;

/** Both stages: parameters `first_stage.…` and `denoiser.…`. */
export interface LatentDiffusion extends Model<LatentDiffusionConfig> {
  readonly firstStage: LatentFirstStage;
  readonly denoiser: ScheduledUNet;
}

/** Largest |z_0| that sampling believes in: latents have unit variance, and few are further out. */
const latentRange = 4;

/** The joined training of both stages; the average is of the denoiser. Throws `E_CONFIG` or `E_SHAPE`. */
export function createLatentDiffusion(
  config: LatentDiffusionConfig,
  rng: RandomStream,
): CreatedModel<LatentDiffusion> {
  const firstStage = createLatentFirstStage(config, rng.fork('first-stage'));
  const denoiser = disposingOnError(firstStage, () => createLatentDenoiser(config, firstStage, rng));
  const { schedule } = denoiser;
  const { learningRate, gradientClip, emaDecay, vaeSteps } = config;
  const ema = createEma(denoiser.parameters, { emaDecay });
  const optimizers = { denoiser: createAdam(denoiser.parameters, { learningRate }) };
  const trainStep = joinTrainSteps({
    first_stage: { trainStep: createLatentFirstStageTrainStep(firstStage), steps: vaeSteps },
    denoiser: {
      trainStep: onLatents(
        firstStage,
        createDdpmTrainStep(denoiser, optimizers, { schedule, ema, gradientClip }),
      ),
    },
  });
  const model: LatentDiffusion = {
    config,
    firstStage,
    denoiser,
    parameters: joinParameters({ first_stage: firstStage.parameters, denoiser: denoiser.parameters }),
    dispose() {
      firstStage.dispose();
      denoiser.dispose();
    },
  };
  return { model, trainStep, ema };
}

function createLatentDenoiser(
  config: LatentDiffusionConfig,
  { latentSize }: LatentFirstStage,
  rng: RandomStream,
): ScheduledUNet {
  const { blockOutChannels, layersPerBlock, normGroups, predictionType, latentChannels } = config;
  const schedule = createNoiseSchedule({ kind: config.betaSchedule, timesteps: config.timesteps });
  const unet = createUNet2d(
    {
      imageSize: latentSize,
      channels: latentChannels,
      blockOutChannels,
      layersPerBlock,
      normGroups,
      predictionType,
    },
    rng.fork('denoiser'),
  );
  return { ...unet, schedule };
}

/** The same training, of the latents of a batch's images. */
function onLatents({ encodeScaled }: LatentFirstStage, trainStep: TrainStep): TrainStep {
  const phases = trainStep.phases.map(
    (phase): Phase => ({
      ...phase,
      run: ({ images, ...rest }, context) =>
        tf.tidy(() => phase.run({ ...rest, images: encodeScaled(images as tf.Tensor4D) }, context)),
    }),
  );
  return { ...trainStep, phases };
}

/** A denoiser that is refused leaves nothing of the first stage. */
function disposingOnError<T>(first: Model, create: () => T): T {
  try {
    return create();
  } catch (error) {
    first.dispose();
    throw error;
  }
}

/** Latents from noise, decoded: batches [b, h, w, c] in [-1, 1]; the consumer frees each. */
export async function* sampleLatentDiffusion(
  { firstStage, denoiser, config }: LatentDiffusion,
  { options: { batchSize, ...sampler }, rng, onStep, ...request }: SampleRequest<DiffusionSampleOptions>,
  signal?: AbortSignal,
): AsyncGenerator<tf.Tensor4D> {
  const { latentSize } = firstStage;
  const { decode, scale } = await firstStage.codec();
  const toImages = (latents: tf.Tensor4D) => tf.tidy(() => decode(latents.div(scale)));
  yield* sampleBatches({ ...request, batchSize }, async (firstIndex, count) => {
    const latents = await sampleWith(denoiser, denoiser.schedule, {
      shape: [latentSize, latentSize, config.latentChannels],
      count,
      firstIndex,
      rng,
      clipRange: latentRange,
      ...sampler,
      ...showSteps(onStep, firstIndex, toImages),
      ...(signal && { signal }),
    });
    const images = toImages(latents);
    latents.dispose();
    return images;
  });
}
