// A generative adversarial network after DCGAN: a generator against a discriminator.
// Goodfellow et al. (2014), "Generative adversarial nets", arXiv 1406.2661;
// Radford, Metz and Chintala (2015), "Unsupervised representation learning with deep convolutional generative
// adversarial networks", arXiv 1511.06434. min_G max_D E[log D(x)] + E[log(1 − D(G(z)))].
// Differs from the paper: two resolutions instead of four (28 or 32 pixels), latents from N(0, I) instead of a uniform
// cube, 4×4 instead of 5×5 kernels, a linear first layer of the generator.
import {
  assertShape,
  createParameters,
  type Model,
  type RandomStream,
  TintypeError,
  type tf,
} from '@tintype/core-tensor';
import { type GanConfig, validateGanConfig } from './config.ts';
import { createDiscriminator, type Discriminator } from './discriminator.ts';
import { createGenerator, type Generator } from './generator.ts';

/** Parameters are named `generator.…` and `discriminator.…`. */
export interface Gan extends Model<GanConfig> {
  /** Latents [b, latentDim] → images [b, h, w, c] in [-1, 1], with running statistics. Throws `E_SHAPE`. */
  generate(latents: tf.Tensor2D): tf.Tensor4D;
  /** The same network in either mode. Throws `E_SHAPE`. */
  readonly generator: Generator;
  /** Images [b, h, w, c] in [-1, 1] → logits [b, 1], above 0 for real. Throws `E_SHAPE`. */
  readonly discriminator: Discriminator;
}

/** Throws `E_CONFIG` or `E_UNKNOWN_OPTION` for an impossible configuration, `E_NO_BACKEND` before `selectBackend`. */
export function createGan(config: GanConfig, rng: RandomStream): Gan {
  const valid = validateGanConfig(config);
  const { imageSize, channels, latentDim } = valid;
  const { scope, parameters, dispose } = createParameters(rng);
  const generator = createGenerator(scope.child('generator'), valid);
  const discriminator = createDiscriminator(scope.child('discriminator'), valid);
  let isDisposed = false;

  function assertAlive(): void {
    if (isDisposed) throw new TintypeError('E_DISPOSED', { where: 'Gan', what: 'the model was disposed' });
  }

  const gan: Gan = {
    config: valid,
    parameters,
    generator(latents, mode) {
      assertAlive();
      assertShape(latents, [null, latentDim], 'latents');
      return generator(latents, mode);
    },
    discriminator(images, mode) {
      assertAlive();
      assertShape(images, [null, imageSize, imageSize, channels], 'images');
      return discriminator(images, mode);
    },
    generate: (latents) => gan.generator(latents, { isTraining: false }),
    dispose() {
      isDisposed = true;
      dispose();
    },
  };
  return gan;
}
