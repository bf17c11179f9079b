import {
  createConv2d,
  createLinear,
  leakyRelu,
  normal,
  type ParameterScope,
  tf,
  zeros,
} from '@tintype/core-tensor';
import type { GanConfig } from './config.ts';
import { createNorm, initialDeviation } from './generator.ts';

/** Images [b, h, w, c] in [-1, 1] → logits [b, 1], above 0 for real. */
export type Discriminator = (images: tf.Tensor4D, mode: { readonly isTraining: boolean }) => tf.Tensor2D;

const slope = 0.2;

/** Two halvings with leaky ReLU of slope 0.2, then one linear logit; no normalisation after the first convolution. */
export function createDiscriminator(scope: ParameterScope, config: GanConfig): Discriminator {
  const { imageSize, channels, discriminatorChannels: width, discriminatorNorm } = config;
  const initializer = normal(initialDeviation);
  const end = imageSize / 4;
  const down = { kernelSize: 4, stride: 2, padding: 1, initializer, biasInitializer: zeros() } as const;
  const down1 = createConv2d(scope.child('down1'), { ...down, inChannels: channels, outChannels: width });
  const hasNorm = discriminatorNorm === 'batch';
  const down2 = createConv2d(scope.child('down2'), {
    ...down,
    inChannels: width,
    outChannels: 2 * width,
    bias: !hasNorm,
  });
  const norm = hasNorm ? createNorm(scope.child('norm'), 2 * width, config) : undefined;
  const toLogit = createLinear(scope.child('logit'), {
    inFeatures: end * end * 2 * width,
    outFeatures: 1,
    initializer,
    biasInitializer: zeros(),
    chwShape: [2 * width, end, end],
  });

  return (images, mode) =>
    tf.tidy(() => {
      const half = leakyRelu(down1(images), slope); // [b, h/2, w/2, width]
      const quarter = down2(half); // [b, h/4, w/4, 2·width]
      const features = leakyRelu(norm ? norm(quarter, mode) : quarter, slope);
      return toLogit(features.reshape<tf.Tensor2D>([features.shape[0], -1])); // [b, 1]
    });
}
