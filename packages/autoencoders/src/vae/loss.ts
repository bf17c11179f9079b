import { type RandomStream, tf } from '@tintype/core-tensor';
import type { LatentGaussian } from './encoder.ts';
import type { Vae } from './vae.ts';

/** All in nats per image: sums over pixels and latents, means over the batch. */
export interface VaeLoss {
  /** reconstruction + klWeight · kl; with klWeight 1 this is −ELBO. */
  readonly total: tf.Scalar;
  /** −E_q[log p(x|z)], from one sample of z. */
  readonly reconstruction: tf.Scalar;
  /** KL(q(z|x) ‖ N(0, I)). */
  readonly kl: tf.Scalar;
}

/**
 * Kingma and Welling (2013), equation 10 with one sample of z. Images [b, h, w, c] in [-1, 1]; the noise of z is
 * drawn from `rng`. Use inside `computeGradients` or `tf.tidy`.
 */
export function vaeLoss(model: Vae, images: tf.Tensor4D, rng: RandomStream): VaeLoss {
  const { likelihood, sigma, klWeight } = model.config;
  const posterior = model.encode(images);
  const noise = rng.normal<tf.Rank.R2>(posterior.mu.shape);
  const logits = model.decodeLogits(reparameterize(posterior, noise));
  const pixels = tf.tidy(() => images.add(1).div<tf.Tensor4D>(2)); // in [0, 1]
  const reconstruction =
    likelihood === 'bernoulli'
      ? bernoulliNegativeLogLikelihood(logits, pixels)
      : gaussianNegativeLogLikelihood(logits.sigmoid(), pixels, sigma);
  const kl = klFromStandardNormal(posterior);
  return { total: reconstruction.add(kl.mul(klWeight)), reconstruction, kl };
}

/** z = mu + exp(logVar / 2) · noise, all [b, latentDim]. */
export function reparameterize({ mu, logVar }: LatentGaussian, noise: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => mu.add(logVar.div(2).exp().mul(noise)));
}

/** KL(N(mu, exp(logVar)) ‖ N(0, I)) = −½ Σ (1 + logVar − mu² − exp(logVar)), mean over the batch. */
export function klFromStandardNormal({ mu, logVar }: LatentGaussian): tf.Scalar {
  return tf.tidy(() => meanOverBatch(mu.square().add(logVar.exp()).sub(logVar).sub(1).div(2)));
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
