// What a VAE says of log p(x) with several codes of each image.
// Burda, Grosse and Salakhutdinov (2016), "Importance weighted autoencoders", arXiv 1509.00519.
// log p(x) ≥ E[log (1/k) Σ_i w_i], w_i = p(x|z_i) p(z_i) / q(z_i|x), z_i ~ q(z|x): tighter with every k, the ELBO at k = 1.
import { assertConfig, type RandomStream, tf, v } from '@tintype/core-tensor';
import type { LatentGaussian } from './encoder.ts';
import { klFromStandardNormal, reparameterize, type VaeLoss } from './loss.ts';
import type { Vae } from './vae.ts';

export interface ImportanceOptions {
  /** k, codes drawn for each image, at least 1. */
  readonly samples: number;
  /** Code i of the images takes its noise from `rng.fork(i)`. */
  readonly rng: RandomStream;
  /** int32 [b], for a model with classes and only there. */
  readonly labels?: tf.Tensor1D;
}

/**
 * log p(x|z_i) + log p(z_i) − log q(z_i|x) in nats, [samples, b], for images [b, h, w, c] in [-1, 1] and either likelihood,
 * whatever β the model was trained with. Differentiable through the codes. Throws `E_CONFIG`, `E_SHAPE`, `E_LABEL`.
 */
export function importanceLogWeights(
  model: Vae,
  images: tf.Tensor4D,
  options: ImportanceOptions,
): tf.Tensor2D {
  return tf.tidy(() => importanceTerms(model, images, options).logWeights);
}

/**
 * log (1/k) Σ_i w_i, in nats per image, mean over the batch: equation 8. On average below log p(x), and the nearer the
 * more samples. Differentiable.
 */
export function iwaeBound(model: Vae, images: tf.Tensor4D, options: ImportanceOptions): tf.Scalar {
  return tf.tidy(() => meanOfLogMeans(importanceLogWeights(model, images, options)));
}

/**
 * The loss of an importance weighted autoencoder: `total` is −iwaeBound; `reconstruction` and `kl` are those of the ELBO on
 * the same codes, for the log. Use inside `computeGradients` or `tf.tidy`.
 */
export function iwaeLoss(model: Vae, images: tf.Tensor4D, options: ImportanceOptions): VaeLoss {
  const { logWeights, logLikelihoods, posterior } = importanceTerms(model, images, options);
  return {
    total: meanOfLogMeans(logWeights).neg(),
    reconstruction: logLikelihoods.mean<tf.Scalar>().neg(),
    kl: klFromStandardNormal(posterior),
  };
}

interface ImportanceTerms {
  /** [samples, b]. */
  readonly logWeights: tf.Tensor2D;
  /** log p(x|z_i), [samples, b]. */
  readonly logLikelihoods: tf.Tensor2D;
  readonly posterior: LatentGaussian;
}

function importanceTerms(
  model: Vae,
  images: tf.Tensor4D,
  { samples, rng, labels }: ImportanceOptions,
): ImportanceTerms {
  assertConfig(v.pipe(v.number(), v.integer(), v.minValue(1)), samples, 'importanceLogWeights.samples');
  const pixels = images.add(1).div<tf.Tensor4D>(2); // in [0, 1]
  const posterior = model.encode(images, labels);
  const draws = Array.from({ length: samples }, (_, i) => {
    const [logLikelihood, ratio] = tf.tidy(() => {
      const noise = rng.fork(i).normal<tf.Rank.R2>(posterior.mu.shape);
      const z = reparameterize(posterior, noise);
      return [
        logLikelihoodOf(model, model.decodeLogits(z, labels), pixels), // [b]
        noise.square().sub(z.square()).add(posterior.logVar).div<tf.Tensor2D>(2).sum<tf.Tensor1D>(1), // log p(z) − log q(z|x), [b]
      ] as const;
    });
    return { logLikelihood, logWeight: logLikelihood.add<tf.Tensor1D>(ratio) };
  });
  return {
    logWeights: tf.stack(draws.map(({ logWeight }) => logWeight)) as tf.Tensor2D,
    logLikelihoods: tf.stack(draws.map(({ logLikelihood }) => logLikelihood)) as tf.Tensor2D,
    posterior,
  };
}

/** Log weights [samples, b] → their log-mean-exp over the samples, mean over the batch. */
function meanOfLogMeans(logWeights: tf.Tensor2D): tf.Scalar {
  return logWeights.logSumExp(0).mean<tf.Scalar>().sub(Math.log(logWeights.shape[0]));
}

/** log p(x|z) of logits and pixels [b, h, w, c], summed over the pixels: [b]. */
function logLikelihoodOf({ config }: Vae, logits: tf.Tensor4D, pixels: tf.Tensor4D): tf.Tensor1D {
  const { likelihood, output, sigma } = config;
  if (likelihood === 'bernoulli') return pixels.mul(logits).sub(logits.softplus()).sum([1, 2, 3]);
  const means = output === 'sigmoid' ? logits.sigmoid() : logits;
  const constant = Math.log(sigma) + 0.5 * Math.log(2 * Math.PI);
  return pixels
    .sub(means)
    .square()
    .div(-2 * sigma * sigma)
    .sub(constant)
    .sum([1, 2, 3]);
}
