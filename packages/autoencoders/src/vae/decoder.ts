import { createLinear, type ParameterScope, tf } from '@tintype/core-tensor';
import type { VaeConfig } from './config.ts';

/** Codes [b, latentDim] → logits of the pixels [b, h, w, c]; their sigmoid is the pixel in [0, 1]. */
export type Decoder = (latents: tf.Tensor2D) => tf.Tensor4D;

/** The mirrored perceptron. Parameters: `layers.<i>.0`, as pythae names them; pixels come out in C, H, W order. */
export function createDecoder(scope: ParameterScope, config: VaeConfig): Decoder {
  const { imageSize, channels, hiddenUnits, latentDim } = config;
  const widths = [latentDim, ...[...hiddenUnits].reverse(), imageSize * imageSize * channels];
  const layers = widths
    .slice(1)
    .map((outFeatures, index) =>
      createLinear(scope.child(`layers.${index}.0`), { inFeatures: widths[index]!, outFeatures }),
    );

  return (latents) =>
    tf.tidy(() => {
      const logits = layers.reduce(
        (x, layer, index) => (index < layers.length - 1 ? layer(x).relu() : layer(x)),
        latents,
      ); // [b, c·h·w]
      if (channels === 1) return logits.reshape([-1, imageSize, imageSize, 1]);
      const planes = logits.reshape<tf.Tensor4D>([-1, channels, imageSize, imageSize]);
      return planes.transpose([0, 2, 3, 1]); // [b, h, w, c]
    });
}
