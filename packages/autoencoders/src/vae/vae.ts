// A variational autoencoder: an encoder q(z|x), a decoder p(x|z) and the prior p(z) = N(0, I).
// Kingma and Welling (2013), "Auto-encoding variational Bayes", arXiv 1312.6114.
// log p(x) ≥ E_q[log p(x|z)] − KL(q(z|x) ‖ p(z)), z = mu + exp(logVar / 2) · noise.
// Differs from the paper: ReLU instead of tanh, Adam instead of Adagrad, a weight β on the KL term
// (Higgins et al. 2017), grey levels taken as Bernoulli probabilities. With classes, q(z|x, y) and p(x|z, y)
// see the label and the prior does not (Sohn et al. 2015, the conditional VAE with p(z|y) = p(z)).
import {
  assertShape,
  createParameters,
  type Model,
  type RandomStream,
  TintypeError,
  tf,
} from '@tintype/core-tensor';
import { type VaeConfig, validateVaeConfig } from './config.ts';
import { createDecoder } from './decoder.ts';
import { createEncoder, type LatentGaussian } from './encoder.ts';

/** Labels are int32 [b]: a model with `numClasses` needs them, and any other refuses them with `E_LABEL`. */
export interface Vae extends Model<VaeConfig> {
  /** Images [b, h, w, c] in [-1, 1] → q(z|x). Throws `E_SHAPE`, `E_LABEL`. */
  encode(images: tf.Tensor4D, labels?: tf.Tensor1D): LatentGaussian;
  /** Codes [b, latentDim] → logits of the pixels [b, h, w, c], or their means in [0, 1] where `output` is `linear`. */
  decodeLogits(latents: tf.Tensor2D, labels?: tf.Tensor1D): tf.Tensor4D;
  /** Codes [b, latentDim] → mean images [b, h, w, c] in [-1, 1], which `linear` may leave. Throws `E_SHAPE`, `E_LABEL`. */
  decode(latents: tf.Tensor2D, labels?: tf.Tensor1D): tf.Tensor4D;
  /** Images through the mean of their codes: [b, h, w, c] → [b, h, w, c] in [-1, 1]. */
  reconstruct(images: tf.Tensor4D, labels?: tf.Tensor1D): tf.Tensor4D;
}

/** Throws `E_CONFIG`, `E_UNKNOWN_OPTION` or `E_SHAPE` for an impossible configuration, `E_NO_BACKEND` before `selectBackend`. */
export function createVae(config: VaeConfig, rng: RandomStream): Vae {
  const valid = validateVaeConfig(config);
  const { imageSize, channels, latentDim, output } = valid;
  const { scope, parameters, dispose } = createParameters(rng);
  const encoder = createEncoder(scope.child('encoder'), valid);
  const decoder = createDecoder(scope.child('decoder'), valid);
  let isDisposed = false;

  function assertAlive(): void {
    if (isDisposed) throw new TintypeError('E_DISPOSED', { where: 'Vae', what: 'the model was disposed' });
  }

  const vae: Vae = {
    config: valid,
    parameters,
    encode(images, labels) {
      assertAlive();
      assertShape(images, [null, imageSize, imageSize, channels], 'images');
      return encoder(images, labels);
    },
    decodeLogits(latents, labels) {
      assertAlive();
      assertShape(latents, [null, latentDim], 'latents');
      return decoder(latents, labels);
    },
    decode: (latents, labels) =>
      tf.tidy(() => {
        const logits = vae.decodeLogits(latents, labels);
        return (output === 'sigmoid' ? logits.sigmoid() : logits).mul(2).sub(1);
      }),
    reconstruct: (images, labels) => tf.tidy(() => vae.decode(vae.encode(images, labels).mu, labels)),
    dispose() {
      isDisposed = true;
      dispose();
    },
  };
  return vae;
}
