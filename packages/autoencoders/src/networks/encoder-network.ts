import { createConv2d, createLinear, type ParameterScope, tf } from '@tintype/core-tensor';
import type { NetworkConfig } from './network-config.ts';

/** What comes before the layer that makes the code. */
export interface EncoderNetwork {
  /** Images [b, h, w, c] in [-1, 1] → features [b, size]. */
  features(images: tf.Tensor4D): tf.Tensor2D;
  readonly size: number;
  /** Where the features are a flattened map: its [channels, height, width], for the linear layer that follows. */
  readonly chwShape?: readonly [number, number, number];
}

/** Kernel 4, stride 2, padding 1. */
const halving = { kernelSize: 4, stride: 2, padding: 1 } as const;

/** ReLU after every layer. Parameters: `convs.<i>`, and `layers.<i>.0` as pythae names them. */
export function createEncoderNetwork(scope: ParameterScope, config: NetworkConfig): EncoderNetwork {
  const { imageSize, channels, hiddenUnits } = config;
  const convChannels = config.architecture === 'conv' ? config.convChannels : [];
  const convs = convChannels.map((outChannels, index) => {
    const inChannels = convChannels[index - 1] ?? channels;
    return createConv2d(scope.child(`convs.${index}`), { ...halving, inChannels, outChannels });
  });
  const side = imageSize / 2 ** convs.length;
  const chwShape = [convChannels.at(-1) ?? channels, side, side] as const;
  const mapSize = chwShape[0] * side * side;
  const layers = hiddenUnits.map((outFeatures, index) =>
    createLinear(scope.child(`layers.${index}.0`), {
      inFeatures: hiddenUnits[index - 1] ?? mapSize,
      outFeatures,
      ...(index === 0 && { chwShape }),
    }),
  );

  return {
    features: (images) =>
      tf.tidy(() => {
        const pixels = images.add(1).div<tf.Tensor4D>(2); // in [0, 1]
        const maps = convs.reduce((x, conv) => conv(x).relu(), pixels); // [b, side, side, channels]
        const flat = maps.reshape<tf.Tensor2D>([-1, mapSize]);
        return layers.reduce((x, layer) => layer(x).relu(), flat); // [b, hiddenUnits]
      }),
    size: hiddenUnits.at(-1) ?? mapSize,
    ...(hiddenUnits.length === 0 && { chwShape }),
  };
}
