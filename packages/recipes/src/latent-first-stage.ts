import {
  type AutoencoderKl,
  createAutoencoderKl,
  createAutoencoderKlTrainStep,
  defaultAutoencoderKlConfig,
} from '@tintype/autoencoders';
import {
  createAdam,
  createParameters,
  createTrainState,
  joinParameters,
  type LatentCodec,
  type Model,
  ones,
  type Phase,
  type RandomStream,
  spaceToDepth,
  type TrainStep,
  tf,
} from '@tintype/core-tensor';

export interface LatentFirstStageConfig {
  /** Side length in pixels, a multiple of vaePatchSize and of 2 for each further level. @default 28 */
  readonly imageSize: number;
  /** Colour channels. @default 1 */
  readonly channels: number;
  /** Side of the patches that are folded into channels in front of the encoder. @default 2 */
  readonly vaePatchSize: number;
  /** Channels of each level of encoder and decoder, finest first; n levels halve the sides n − 1 times. @default [16, 32] */
  readonly vaeChannels: readonly number[];
  /** Channels of a latent map. @default 4 */
  readonly latentChannels: number;
  /** Weight of the KL in nats per image beside a mean over pixels, at least 0. @default 0.00001 */
  readonly klWeight: number;
  /** Adam's in the first stage, above 0. @default 0.001 */
  readonly vaeLearningRate: number;
  /** Steps of the first stage, after the last of which the scale of the latents is measured. @default 1200 */
  readonly vaeSteps: number;
  /** Groups of every group norm, here and in the denoiser. @default 8 */
  readonly normGroups: number;
}

/** Images [b, h, w, c] in [-1, 1] to mean latents of about unit variance and back. */
export interface LatentFirstStage extends Model<LatentFirstStageConfig> {
  readonly vae: AutoencoderKl;
  /** Latents [b, latentSize, latentSize, latentChannels]. */
  readonly latentSize: number;
  /** Mean latents as the encoder gives them. */
  encode(images: tf.Tensor4D): tf.Tensor4D;
  /** The way back, clipped to [-1, 1]. */
  decode(latents: tf.Tensor4D): tf.Tensor4D;
  /** What the denoiser learns: `encode` times the scale, which is not read for it. */
  encodeScaled(images: tf.Tensor4D): tf.Tensor4D;
  /** Reads the scale. */
  codec(): Promise<LatentCodec>;
}

/**
 * An autoencoder-kl behind a space-to-depth stem: parameters `vae.…` and the buffer `latents.scale`, 1 ÷ the standard
 * deviation of the latents of one batch (Rombach et al. 2021, appendix G; diffusers' `scaling_factor`), 1 until it is measured.
 * Throws `E_CONFIG` or `E_SHAPE`.
 */
export function createLatentFirstStage(config: LatentFirstStageConfig, rng: RandomStream): LatentFirstStage {
  const { imageSize, channels, vaePatchSize: patch, vaeChannels, latentChannels, normGroups } = config;
  const vae = createAutoencoderKl(
    {
      ...defaultAutoencoderKlConfig,
      imageSize: imageSize / patch,
      channels: channels * patch ** 2,
      blockOutChannels: vaeChannels,
      latentChannels,
      normGroups,
      midBlockAttention: false,
      scalingFactor: 1,
    },
    rng.fork('vae'),
  );
  const { scope, parameters: latents, dispose } = createParameters(rng.fork('latents'));
  const scale = scope.create('scale', [], { initializer: ones(), isTrainable: false });

  const encode = (images: tf.Tensor4D) => tf.tidy(() => vae.codec.encode(fold(images, patch)));
  const decode = (codes: tf.Tensor4D) =>
    tf.tidy(() => unfold(vae.codec.decode(codes), patch).clipByValue(-1, 1) as tf.Tensor4D);
  return {
    config,
    parameters: joinParameters({ vae: vae.parameters, latents }),
    vae,
    latentSize: imageSize / patch / 2 ** (vaeChannels.length - 1),
    encode,
    decode,
    encodeScaled: (images) => tf.tidy(() => encode(images).mul<tf.Tensor4D>(scale)),
    codec: async () => ({ encode, decode, scale: (await scale.data())[0]! }),
    dispose() {
      vae.dispose();
      dispose();
    },
  };
}

/** The phases `autoencoder-kl` and, after its last step, `latents`, which measures the scale. Throws `E_CONFIG`. */
export function createLatentFirstStageTrainStep(stage: LatentFirstStage): TrainStep {
  const { vaeLearningRate, vaeSteps, vaePatchSize, klWeight } = stage.config;
  const optimizer = createAdam(stage.vae.parameters, { learningRate: vaeLearningRate });
  const trainStep = createAutoencoderKlTrainStep(stage.vae, { optimizer }, { klWeight });
  const learn = trainStep.phases.map(
    (phase): Phase => ({
      ...phase,
      run: (batch, context) =>
        tf.tidy(() => phase.run({ images: fold(batch.images as tf.Tensor4D, vaePatchSize) }, context)),
    }),
  );
  const measure: Phase = {
    name: 'latents',
    interval: 1,
    fromStep: vaeSteps - 1,
    run({ images }) {
      return tf.tidy(() => {
        const { variance } = tf.moments(stage.encode(images as tf.Tensor4D));
        const measured = variance.rsqrt() as tf.Scalar;
        stage.parameters.get('latents.scale')!.variable.assign(measured);
        return { scale: measured };
      });
    },
  };
  return {
    ...trainStep,
    phases: [...learn, measure],
    state: createTrainState({
      parameters: stage.parameters,
      optimizers: { 'autoencoder-kl': optimizer },
    }),
  };
}

function fold(images: tf.Tensor4D, patch: number): tf.Tensor4D {
  return patch === 1 ? images : spaceToDepth(images, patch);
}

function unfold(images: tf.Tensor4D, patch: number): tf.Tensor4D {
  return patch === 1 ? images : (tf.depthToSpace(images, patch) as tf.Tensor4D);
}
