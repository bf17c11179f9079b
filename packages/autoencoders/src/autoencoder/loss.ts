import { type RandomStream, selectParameters, tf } from '@tintype/core-tensor';
import type { Autoencoder } from './autoencoder.ts';
import { contractivePenalty, decoderGradientPenalty } from './slope-penalties.ts';
import { sparsityPenalty } from './sparsity-penalty.ts';

/** Sums over pixels in [0, 1] and over latents, means over the batch. Terms of weight 0 are left out. */
export interface AutoencoderLoss {
  /** reconstruction + each weight · its penalty. */
  readonly total: tf.Scalar;
  readonly reconstruction: tf.Scalar;
  /** Σ KL(target ‖ mean activation) over the latents. */
  readonly sparsity?: tf.Scalar;
  /** ‖∂code/∂pixels‖² of an image. */
  readonly contraction?: tf.Scalar;
  /** ½‖code‖². */
  readonly latentNorm?: tf.Scalar;
  /** The decoder's ‖weights‖², or ‖∂pixels/∂code‖² of a code. */
  readonly decoderRoughness?: tf.Scalar;
}

/**
 * Images [b, h, w, c] in [-1, 1]. The noise of a denoising autoencoder falls on the encoder's input alone and comes from
 * `rng`, as do the directions of the decoder's slopes. Use inside `computeGradients` or `tf.tidy`.
 */
export function autoencoderLoss(model: Autoencoder, images: tf.Tensor4D, rng: RandomStream): AutoencoderLoss {
  const { config } = model;
  const codes = model.encode(corrupt(images, config.noiseSigma, rng));
  const logits = model.decodeLogits(codes);
  const reconstruction = reconstructionError(logits, images, config);
  const penalties = {
    ...(config.sparsityWeight > 0 && { sparsity: sparsityPenalty(codes, config.sparsityTarget) }),
    ...(config.contractiveWeight > 0 && { contraction: contractivePenalty(model, images) }),
    ...(config.latentPenalty > 0 && { latentNorm: meanOverBatch(codes.square().div(2)) }),
    ...(config.decoderPenalty > 0 && { decoderRoughness: decoderPenalty(model, codes, rng) }),
  };
  const weights = {
    sparsity: config.sparsityWeight,
    contraction: config.contractiveWeight,
    latentNorm: config.latentPenalty,
    decoderRoughness: config.decoderPenalty,
  };
  const names = Object.keys(penalties) as (keyof typeof weights)[];
  const total = names.reduce((sum, name) => sum.add(penalties[name]!.mul(weights[name])), reconstruction);
  return { total, reconstruction, ...penalties };
}

/**
 * The error of pixels in [0, 1] against images in [-1, 1]: Σ(x − y)², Σ|x − y| or the cross-entropy of grey levels
 * −Σ(x log y + (1 − x) log(1 − y)), which is not 0 for a perfect image. Sum over an image, mean over the batch.
 */
export function reconstructionError(
  logits: tf.Tensor4D,
  images: tf.Tensor4D,
  {
    reconstructionLoss,
    output,
  }: { readonly reconstructionLoss: 'mse' | 'mae' | 'bce'; readonly output: 'sigmoid' | 'linear' },
): tf.Scalar {
  return tf.tidy(() => {
    const pixels = images.add(1).div(2); // in [0, 1]
    if (reconstructionLoss === 'bce') return meanOverBatch(logits.softplus().sub(pixels.mul(logits)));
    const error = (output === 'sigmoid' ? logits.sigmoid() : logits).sub(pixels);
    return meanOverBatch(reconstructionLoss === 'mse' ? error.square() : error.abs());
  });
}

/** Vincent et al. (2008): x̃ = x + σ · noise, σ in units of a pixel in [0, 1]. Not clipped. */
function corrupt(images: tf.Tensor4D, noiseSigma: number, rng: RandomStream): tf.Tensor4D {
  if (noiseSigma === 0) return images;
  const noise = rng.fork('noise').normal<tf.Rank.R4>(images.shape);
  return tf.tidy(() => images.add(noise.mul(2 * noiseSigma)));
}

/** Ghosh et al. (2020), arXiv 1903.12436: ‖θ‖² of the decoder or its slopes by the code. */
function decoderPenalty(model: Autoencoder, codes: tf.Tensor2D, rng: RandomStream): tf.Scalar {
  if (model.config.decoderPenaltyKind === 'gradient') {
    return decoderGradientPenalty(model, codes, rng.fork('decoder-slopes'));
  }
  const weights = [...selectParameters(model.parameters, 'decoder').values()];
  return tf.tidy(() => tf.addN(weights.map(({ variable }) => variable.square().sum<tf.Scalar>())));
}

function meanOverBatch(terms: tf.Tensor): tf.Scalar {
  return terms.sum().div(terms.shape[0]!);
}
