import { createConvTranspose2d, createLinear, type ParameterScope, tf } from '@tintype/core-tensor';
import type { NetworkConfig } from './network-config.ts';

/** Codes [b, inFeatures] → numbers of the pixels [b, h, w, c], before any sigmoid. */
export type DecoderNetwork = (codes: tf.Tensor2D) => tf.Tensor4D;

/** Kernel 4, stride 2, padding 1. */
const doubling = { kernelSize: 4, stride: 2, padding: 1 } as const;

/**
 * The encoder's mirror image, ReLU after every layer but the last. Parameters: `layers.<i>.0`, as pythae names them, and
 * `convs.<i>`. The last perceptron layer gives pixels in C, H, W order, the one in front of convolutions maps in H, W, C.
 */
export function createDecoderNetwork(
  scope: ParameterScope,
  config: NetworkConfig,
  inFeatures: number,
): DecoderNetwork {
  const { imageSize, channels, hiddenUnits } = config;
  const mapChannels = config.architecture === 'conv' ? [channels, ...config.convChannels].reverse() : [];
  const halvings = Math.max(0, mapChannels.length - 1);
  const side = imageSize / 2 ** halvings;
  const mapSize = side * side * (mapChannels[0] ?? channels);
  const widths = [inFeatures, ...[...hiddenUnits].reverse(), mapSize];
  const layers = widths
    .slice(1)
    .map((outFeatures, index) =>
      createLinear(scope.child(`layers.${index}.0`), { inFeatures: widths[index]!, outFeatures }),
    );
  const convs = mapChannels.slice(1).map((outChannels, index) =>
    createConvTranspose2d(scope.child(`convs.${index}`), {
      ...doubling,
      inChannels: mapChannels[index]!,
      outChannels,
    }),
  );

  return (codes) =>
    tf.tidy(() => {
      const activateLast = convs.length > 0;
      const flat = layers.reduce(
        (x, layer, index) => (index < layers.length - 1 || activateLast ? layer(x).relu() : layer(x)),
        codes,
      );
      if (convs.length > 0) {
        const maps = flat.reshape<tf.Tensor4D>([-1, side, side, mapChannels[0]!]);
        return convs.reduce((x, conv, i) => (i < convs.length - 1 ? conv(x).relu() : conv(x)), maps); // [b, h, w, c]
      }
      if (channels === 1) return flat.reshape([-1, imageSize, imageSize, 1]);
      const planes = flat.reshape<tf.Tensor4D>([-1, channels, imageSize, imageSize]);
      return planes.transpose([0, 2, 3, 1]); // [b, h, w, c]
    });
}
