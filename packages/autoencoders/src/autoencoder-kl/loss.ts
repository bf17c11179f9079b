import { assertConfig, type RandomStream, type tf, v } from '@tintype/core-tensor';
import type { AutoencoderKl } from './autoencoder-kl.ts';
import { gaussianKl, sampleGaussian } from './diagonal-gaussian.ts';

export interface AutoencoderKlLossConfig {
  /** Squares or absolute values of the errors. @default 'mse' */
  readonly reconstructionLoss?: 'mse' | 'mae';
  /** Weight of the KL in nats per image beside a mean over pixels; at least 0. @default 1e-6, as latent diffusion */
  readonly klWeight?: number;
}

export interface AutoencoderKlLoss {
  /** reconstruction + klWeight · kl. */
  readonly total: tf.Scalar;
  /** Mean over batch, pixels and channels of (x − D(z))² or |x − D(z)|, images in [-1, 1]. */
  readonly reconstruction: tf.Scalar;
  /** KL(q(z|x) ‖ N(0, I)) in nats per image: sum over places and channels, mean over the batch. */
  readonly kl: tf.Scalar;
}

const schema = v.strictObject({
  reconstructionLoss: v.optional(v.picklist(['mse', 'mae']), 'mse'),
  klWeight: v.optional(v.pipe(v.number(), v.finite(), v.minValue(0)), 1e-6),
});

/** Fills in the defaults. Throws `E_CONFIG` or `E_UNKNOWN_OPTION`. */
export function resolveAutoencoderKlLoss(config: AutoencoderKlLossConfig): Required<AutoencoderKlLossConfig> {
  return assertConfig(schema, config, 'AutoencoderKlLossConfig');
}

/**
 * Images [b, h, w, c] in [-1, 1] through one sample of their latents, whose noise is drawn from `rng`. Use inside
 * `computeGradients` or `tf.tidy`. Throws `E_CONFIG` for impossible weights.
 */
export function autoencoderKlLoss(
  model: AutoencoderKl,
  images: tf.Tensor4D,
  rng: RandomStream,
  config: AutoencoderKlLossConfig = {},
): AutoencoderKlLoss {
  const { reconstructionLoss, klWeight } = resolveAutoencoderKlLoss(config);
  const posterior = model.encode(images);
  const noise = rng.normal<tf.Rank.R4>(posterior.mu.shape);
  const errors = model.decode(sampleGaussian(posterior, noise)).sub(images);
  const reconstruction = (reconstructionLoss === 'mse' ? errors.square() : errors.abs()).mean<tf.Scalar>();
  const kl = gaussianKl(posterior).mean<tf.Scalar>();
  return { total: reconstruction.add(kl.mul(klWeight)), reconstruction, kl };
}
