// An autoencoder: an encoder that squeezes an image into a code, a decoder that rebuilds the image from it.
// Hinton and Salakhutdinov (2006), "Reducing the dimensionality of data with neural networks", Science 313.
// min E ‖x − g(f(x))‖²; with linear f and g its code spans the space of the first principal components.
// Variants by configuration: denoising, sparse, contractive, tied weights, regularised (Ghosh et al. 2020, arXiv 1903.12436).
// Differs from the paper: no layer by layer pretraining; ReLU, and Adam by the train step's choice.
import {
  assertShape,
  createParameters,
  type Model,
  type RandomStream,
  TintypeError,
  tf,
} from '@tintype/core-tensor';
import { type AutoencoderConfig, validateAutoencoderConfig } from './config.ts';
import { createDecoder } from './decoder.ts';
import { createEncoder } from './encoder.ts';

export interface Autoencoder extends Model<AutoencoderConfig> {
  /** Images [b, h, w, c] in [-1, 1] → codes [b, latentDim]. Throws `E_SHAPE`. */
  encode(images: tf.Tensor4D): tf.Tensor2D;
  /** Codes [b, latentDim] → pixels [b, h, w, c] before the output's sigmoid. Throws `E_SHAPE`. */
  decodeLogits(latents: tf.Tensor2D): tf.Tensor4D;
  /** Codes [b, latentDim] → images [b, h, w, c], in [-1, 1] with the output `sigmoid`; `linear` may leave it. Throws `E_SHAPE`. */
  decode(latents: tf.Tensor2D): tf.Tensor4D;
  /** Images through their codes: [b, h, w, c] → [b, h, w, c]. */
  reconstruct(images: tf.Tensor4D): tf.Tensor4D;
}

export interface AutoencoderOptions {
  /** Hears of a code that is no bottleneck. @default console.warn */
  readonly onWarning?: (message: string) => void;
}

/** Throws `E_CONFIG`, `E_SHAPE` or `E_UNKNOWN_OPTION` for an impossible configuration, `E_NO_BACKEND` before `selectBackend`. */
export function createAutoencoder(
  config: AutoencoderConfig,
  rng: RandomStream,
  { onWarning = console.warn }: AutoencoderOptions = {},
): Autoencoder {
  const valid = validateAutoencoderConfig(config);
  warnWithoutBottleneck(valid, onWarning);
  const { imageSize, channels, latentDim, output } = valid;
  const { scope, parameters, dispose } = createParameters(rng);
  const encoder = createEncoder(scope.child('encoder'), valid);
  const decoder = createDecoder(scope.child('decoder'), valid, parameters);
  let isDisposed = false;

  function assertAlive(): void {
    if (isDisposed)
      throw new TintypeError('E_DISPOSED', { where: 'Autoencoder', what: 'the model was disposed' });
  }

  const autoencoder: Autoencoder = {
    config: valid,
    parameters,
    encode(images) {
      assertAlive();
      assertShape(images, [null, imageSize, imageSize, channels], 'images');
      return encoder(images);
    },
    decodeLogits(latents) {
      assertAlive();
      assertShape(latents, [null, latentDim], 'latents');
      return decoder(latents);
    },
    decode: (latents) =>
      tf.tidy(() => {
        const logits = autoencoder.decodeLogits(latents);
        return (output === 'sigmoid' ? logits.sigmoid() : logits).mul(2).sub<tf.Tensor4D>(1);
      }),
    reconstruct: (images) => tf.tidy(() => autoencoder.decode(autoencoder.encode(images))),
    dispose() {
      isDisposed = true;
      dispose();
    },
  };
  return autoencoder;
}

function warnWithoutBottleneck(
  { imageSize, channels, latentDim, allowsOvercomplete }: AutoencoderConfig,
  onWarning: (message: string) => void,
): void {
  const values = imageSize * imageSize * channels;
  if (latentDim < values || allowsOvercomplete) return;
  onWarning(
    `createAutoencoder: latentDim ${latentDim} is not a bottleneck: an image has ${values} values, so that the identity ` +
      'is a solution. Take a smaller latentDim; allowsOvercomplete: true where noise or a penalty prevents it.',
  );
}
