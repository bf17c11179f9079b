import { type RandomStream, tf } from '@tintype/core-tensor';
import type { LatentGaussian } from './encoder.ts';
import type { Vae } from './vae.ts';

/** All in nats per image: sums over pixels and latents, means over the batch. */
export interface VaeLoss {
  /** reconstruction + klWeight · kl, with free bits in place of kl where there are any; with klWeight 1 this is −ELBO. */
  readonly total: tf.Scalar;
  /** −E_q[log p(x|z)], from one sample of z. */
  readonly reconstruction: tf.Scalar;
  /** KL(q(z|x) ‖ N(0, I)), without free bits. */
  readonly kl: tf.Scalar;
}

export interface VaeLossOptions {
  /** int32 [b], for a model with classes and only there. */
  readonly labels?: tf.Tensor1D;
  /** β of this step, which a warm-up makes smaller. @default the model's klWeight */
  readonly klWeight?: number;
}

/**
 * Kingma and Welling (2013), equation 10 with one sample of z. Images [b, h, w, c] in [-1, 1]; the noise of z is
 * drawn from `rng`. Use inside `computeGradients` or `tf.tidy`.
 */
export function vaeLoss(
  model: Vae,
  images: tf.Tensor4D,
  rng: RandomStream,
  { labels, klWeight = model.config.klWeight }: VaeLossOptions = {},
): VaeLoss {
  const { likelihood, output, sigma, freeBits } = model.config;
  const posterior = model.encode(images, labels);
  const noise = rng.normal<tf.Rank.R2>(posterior.mu.shape);
  const logits = model.decodeLogits(reparameterize(posterior, noise), labels);
  const pixels = tf.tidy(() => images.add(1).div<tf.Tensor4D>(2)); // in [0, 1]
  const reconstruction =
    likelihood === 'bernoulli'
      ? bernoulliNegativeLogLikelihood(logits, pixels)
      : gaussianNegativeLogLikelihood(output === 'sigmoid' ? logits.sigmoid() : logits, pixels, sigma);
  const kl = klFromStandardNormal(posterior);
  const paid = freeBits > 0 ? klWithFreeBits(posterior, freeBits) : kl;
  return { total: reconstruction.add(paid.mul(klWeight)), reconstruction, kl };
}

/** z = mu + exp(logVar / 2) · noise, all [b, latentDim]. */
export function reparameterize({ mu, logVar }: LatentGaussian, noise: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => mu.add(logVar.div(2).exp().mul(noise)));
}

/** KL(N(mu, exp(logVar)) ‖ N(0, I)) = −½ Σ (1 + logVar − mu² − exp(logVar)), mean over the batch. */
export function klFromStandardNormal(posterior: LatentGaussian): tf.Scalar {
  return tf.tidy(() => meanOverBatch(klOfLatents(posterior)));
}

/**
 * Σ_j max(λ, mean over the batch of KL_j), λ nats: the loss of Kingma et al. (2016), "Improving variational inference with
 * inverse autoregressive flow", arXiv 1606.04934, equation 15, with every latent number a group of its own. Below λ a number's
 * KL costs λ and has no gradient. The mean comes before the maximum, so slices of a batch do not add up to the whole one.
 */
export function klWithFreeBits(posterior: LatentGaussian, freeBits: number): tf.Scalar {
  return tf.tidy(() => klOfLatents(posterior).mean(0).maximum(freeBits).sum());
}

/** KL of each latent number of each image, [b, latentDim]. */
function klOfLatents({ mu, logVar }: LatentGaussian): tf.Tensor {
  return mu.square().add(logVar.exp()).sub(logVar).sub(1).div(2);
}

/**
 * −log of the Bernoulli likelihood of pixels in [0, 1]: softplus(logit) − pixel · logit, which neither overflows nor
 * rounds to log 0. Grey pixels make it the cross-entropy, which is not 0 for a perfect image.
 */
export function bernoulliNegativeLogLikelihood(logits: tf.Tensor, pixels: tf.Tensor): tf.Scalar {
  return tf.tidy(() => meanOverBatch(logits.softplus().sub(pixels.mul(logits))));
}

/** −log N(pixels; means, sigma²) with its constant: ½((x − m)/σ)² + log σ + ½ log 2π a pixel. */
export function gaussianNegativeLogLikelihood(means: tf.Tensor, pixels: tf.Tensor, sigma: number): tf.Scalar {
  const constant = Math.log(sigma) + 0.5 * Math.log(2 * Math.PI);
  return tf.tidy(() =>
    meanOverBatch(
      pixels
        .sub(means)
        .square()
        .div(2 * sigma * sigma)
        .add(constant),
    ),
  );
}

function meanOverBatch(terms: tf.Tensor): tf.Scalar {
  return terms.sum().div(terms.shape[0]!);
}
