// The first stage of latent diffusion: a convolutional VAE whose latents are small maps, as diffusers' AutoencoderKL.
// Rombach, Blattmann, Lorenz, Esser and Ommer (2021), "High-resolution image synthesis with latent diffusion models",
// arXiv 2112.10752, appendix G.
//   q(z|x) = N(mu, exp(logVar)) of each place;  minimise |x − D(z)| + w · KL(q(z|x) ‖ N(0, I)) with a tiny w
// Differs from the paper: no perceptual and no adversarial term; the second convolution of each residual block starts at
// zero (imported weights replace it).
import {
  assertShape,
  createConv2d,
  createParameters,
  type LatentCodec,
  type Model,
  type RandomStream,
  TintypeError,
  tf,
} from '@tintype/core-tensor';
import { assertCodable } from '../image-coder/config.ts';
import { createImageDecoder } from '../image-coder/image-decoder.ts';
import { createImageEncoder } from '../image-coder/image-encoder.ts';
import { type AutoencoderKlConfig, validateAutoencoderKlConfig } from './config.ts';
import { type DiagonalGaussian, splitMoments } from './diagonal-gaussian.ts';

export interface AutoencoderKl extends Model<AutoencoderKlConfig> {
  /** Images [b, h, w, c] in [-1, 1] → q(z|x) [b, h/f, w/f, latentChannels], f = 2^(levels − 1). Throws `E_SHAPE`. */
  encode(images: tf.Tensor4D): DiagonalGaussian;
  /** Latents [b, h, w, latentChannels] → images [b, h·f, w·f, c], about [-1, 1] but not clipped. Throws `E_SHAPE`. */
  decode(latents: tf.Tensor4D): tf.Tensor4D;
  /** Images through the mean of their latents. */
  reconstruct(images: tf.Tensor4D): tf.Tensor4D;
  /** Mean latents less `shiftFactor` and back; `scale` is `scalingFactor`. */
  readonly codec: LatentCodec;
}

/** Throws `E_CONFIG`, `E_UNKNOWN_OPTION`, `E_SHAPE` for an imageSize that does not fit, `E_NO_BACKEND`. */
export function createAutoencoderKl(config: AutoencoderKlConfig, rng: RandomStream): AutoencoderKl {
  const valid = validateAutoencoderKlConfig(config);
  const { latentChannels, shiftFactor, usesQuantConv, usesPostQuantConv, scalingFactor } = valid;
  const { scope, parameters, dispose } = createParameters(rng);
  const moments = 2 * latentChannels;
  const encoder = createImageEncoder(scope.child('encoder'), valid, { outChannels: moments });
  const decoder = createImageDecoder(scope.child('decoder'), valid);
  const pointwise = (name: string, channels: number) =>
    createConv2d(scope.child(name), { inChannels: channels, outChannels: channels, kernelSize: 1 });
  const quantConv = usesQuantConv ? pointwise('quant_conv', moments) : undefined;
  const postQuantConv = usesPostQuantConv ? pointwise('post_quant_conv', latentChannels) : undefined;
  let isDisposed = false;

  function assertAlive(): void {
    if (!isDisposed) return;
    throw new TintypeError('E_DISPOSED', { where: 'AutoencoderKl', what: 'the model was disposed' });
  }

  const model: AutoencoderKl = {
    config: valid,
    parameters,
    encode(images) {
      assertAlive();
      assertCodable(images, valid);
      return tf.tidy((): DiagonalGaussian & tf.TensorContainerObject => {
        const features = encoder(images);
        return { ...splitMoments(quantConv ? quantConv(features) : features) };
      });
    },
    decode(latents) {
      assertAlive();
      assertShape(latents, [null, null, null, latentChannels], 'latents');
      return tf.tidy(() => decoder(postQuantConv ? postQuantConv(latents) : latents));
    },
    reconstruct: (images) => tf.tidy(() => model.decode(model.encode(images).mu)),
    codec: {
      encode: (images) => tf.tidy(() => model.encode(images).mu.sub<tf.Tensor4D>(shiftFactor ?? 0)),
      decode: (latents) => tf.tidy(() => model.decode(latents.add(shiftFactor ?? 0))),
      scale: scalingFactor,
    },
    dispose() {
      isDisposed = true;
      dispose();
    },
  };
  return model;
}
